import { enterCheckout } from "../world/checkout.ts"
import { enterQuote } from "../world/conversion.ts"
import { drawAmount } from "../world/currency.ts"
import { activeOf } from "../world/customer.ts"
import { day, minute } from "../world/instant.ts"
import { drawStyle } from "../world/wording.ts"
import { attempt, chanceFor, chooseCustomer, each, earlyMoment, type Ground, near, report } from "./ground.ts"
import { completedAt, drawQuoteTerms, plant, postFor } from "./planting.ts"
import { plantRareStatus } from "./record-near-misses.ts"

const code = "REC_UNKNOWN_STATUS"

/** Statuses outside the contract, each old enough to be stuck if it counted as open. */
export const plantUnknownStatus = (ground: Ground): void => {
  each(["fiat_withdrawals", "crypto_deposits"], (stream) => {
    const key = `${code}/${stream}`
    const at = earlyMoment(ground, key)
    const life = [
      { at, status: "PENDING" },
      { at: at + 20 * minute, status: "ON_HOLD" },
    ]
    const planted = plant(ground, { key, stream, createdAt: at, life })
    if (stream === "crypto_deposits") postFor(ground, planted, completedAt(at + 10 * minute))
    report(ground, code, "medium", planted, "ON_HOLD is not in the contract", at + 20 * minute)
    near(ground, "AGE_STUCK", planted, "an unknown status is not open", at + 4 * day)
  })
  attempt(
    () => plantTransaction(ground),
    () => plantQuote(ground),
    () => plantCheckout(ground),
  )
  plantRareStatus(ground)
}

const plantTransaction = (ground: Ground) => {
  const planted = plant(ground, { key: `${code}/transaction`, stream: "fiat_deposits" })
  const { completedAt: at } = planted
  const story = postFor(ground, planted, [{ at, status: "SETTLING" }])
  report(ground, code, "medium", story, "SETTLING is not in the contract", at)
  near(ground, "LED_STATUS_MISMATCH", planted, "settled, and what its only transaction is cannot be said", at)
}

const plantQuote = (ground: Ground) => {
  const key = `${code}/quote`
  const createdAt = earlyMoment(ground, key)
  const drawn = drawQuoteTerms(ground, key)
  const quote = enterQuote(ground.realm, { key, ...drawn, createdAt, usedAt: null, status: "LOCKED" })
  report(ground, code, "medium", quote, "LOCKED is not in the contract", createdAt)
}

const plantCheckout = (ground: Ground) => {
  const key = `${code}/checkout`
  const customer = chooseCustomer(ground, key, "collection")
  const chance = chanceFor(ground, key)
  const currency = chance.pick(activeOf(customer, "crypto"))
  const createdAt = earlyMoment(ground, key)
  const amount = drawAmount(chance, currency, 20, 90)
  const sale = { key, customer, currency, amount, createdAt, expiresAt: createdAt + day, style: drawStyle(chance) }
  const checkout = enterCheckout(ground.realm, { ...sale, paid: [], status: "IN_DISPUTE" })
  report(ground, code, "medium", checkout, "IN_DISPUTE is not in the contract", createdAt)
}
