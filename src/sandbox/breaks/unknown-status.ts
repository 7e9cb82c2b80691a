import { enterCheckout } from "../world/checkout.ts"
import { enterQuote } from "../world/conversion.ts"
import { drawAmount, drawRate } from "../world/currency.ts"
import { activeOf } from "../world/customer.ts"
import { day, minute } from "../world/instant.ts"
import { drawStyle } from "../world/wording.ts"
import { chanceFor, chooseCustomer, earlyMoment, type Ground } from "./ground.ts"
import { completedAt, plant, postFor } from "./planting.ts"
import { plantRareStatus } from "./record-near-misses.ts"

const code = "REC_UNKNOWN_STATUS"

const report = (ground: Ground, recordId: string, why: string, from: number) =>
  ground.faults.push({ code, recordId, severity: "medium", why, from })

/** Statuses outside the contract, each old enough to be stuck if it counted as open. */
export const plantUnknownStatus = (ground: Ground): void => {
  plantProducts(ground)
  plantTransaction(ground)
  plantQuote(ground)
  plantCheckout(ground)
  plantRareStatus(ground)
}

const plantProducts = (ground: Ground) => {
  for (const stream of ["fiat_withdrawals", "crypto_deposits"] as const) {
    const key = `${code}/${stream}`
    const at = earlyMoment(ground, key)
    const life = [
      { at, status: "PENDING" },
      { at: at + 20 * minute, status: "ON_HOLD" },
    ]
    const planted = plant(ground, { key, stream, createdAt: at, life })
    if (planted === null) continue
    if (stream === "crypto_deposits") postFor(ground, planted, completedAt(at + 10 * minute))
    const recordId = planted.record.story.id
    report(ground, recordId, "ON_HOLD is not in the contract", at + 20 * minute)
    ground.nearMisses.push({ code: "AGE_STUCK", recordId, why: "an unknown status is not open", from: at + 4 * day })
  }
}

const plantTransaction = (ground: Ground) => {
  const planted = plant(ground, { key: `${code}/transaction`, stream: "fiat_deposits" })
  if (planted === null) return
  const story = postFor(ground, planted, [{ at: planted.completedAt, status: "SETTLING" }])
  report(ground, story.id, "SETTLING is not in the contract", planted.completedAt)
  ground.nearMisses.push({
    code: "LED_STATUS_MISMATCH",
    recordId: planted.record.story.id,
    why: "settled, and what its only transaction is cannot be said",
    from: planted.completedAt,
  })
}

const plantQuote = (ground: Ground) => {
  const key = `${code}/quote`
  const customer = chooseCustomer(ground, key, "conversion")
  const [from, to] = customer?.active ?? []
  if (customer === null || from === undefined || to === undefined) return
  const chance = chanceFor(ground, key)
  const fromAmount = drawAmount(chance, from, 50, 200)
  const terms = { from, to, fromAmount, rate: drawRate(chance, from, to), fee: 0n, feeCurrency: from.code }
  const createdAt = earlyMoment(ground, key)
  const quote = enterQuote(ground.realm, { key, customer, terms, createdAt, usedAt: null, status: "LOCKED" })
  report(ground, quote.id, "LOCKED is not in the contract", createdAt)
}

const plantCheckout = (ground: Ground) => {
  const key = `${code}/checkout`
  const customer = chooseCustomer(ground, key, "collection")
  if (customer === null) return
  const chance = chanceFor(ground, key)
  const currency = chance.pick(activeOf(customer, "crypto"))
  const createdAt = earlyMoment(ground, key)
  const checkout = enterCheckout(ground.realm, {
    key,
    customer,
    currency,
    amount: drawAmount(chance, currency, 20, 90),
    createdAt,
    expiresAt: createdAt + day,
    style: drawStyle(chance),
    paid: [],
    status: "IN_DISPUTE",
  })
  report(ground, checkout.id, "IN_DISPUTE is not in the contract", createdAt)
}
