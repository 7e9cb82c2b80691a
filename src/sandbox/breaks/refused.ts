import { drawAmount } from "../world/currency.ts"
import type { Customer } from "../world/customer.ts"
import type { WorldRecord } from "../world/story.ts"
import { post, unreferencedLeg } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { attempt, calmCurrency, chanceFor, each, earlyMoment, type Ground, near, needed, report } from "./ground.ts"
import { completedAt, plant, postFor, saying, settle } from "./planting.ts"

const code = "REC_INVALID"

/** A fee that names no record: it leaves the sum of its own currency open, and nothing else. */
const plantFee = (ground: Ground, customer: Customer) => {
  const key = `${code}/fee/${customer.index}`
  const currency = needed(calmCurrency(ground, key, customer))
  const chance = chanceFor(ground, key)
  const reference = `refused fee ${customer.index}`
  const amount = drawAmount(chance, currency, 1, 9)
  const leg = unreferencedLeg({ customer, type: "FEE", direction: "DEBIT", amount, reference }, currency)
  const at = earlyMoment(ground, key)
  const spoil = (record: WorldRecord) => ({ ...record, amount: "n/a", netAmount: "n/a" })
  const entry = { key: `planted/${key}`, style: drawStyle(chance), life: completedAt(at), spoil }
  report(ground, code, "high", post(ground.realm, leg, entry), 'amount and netAmount are "n/a"', at)
}

/** A payment of no checkout: it exists, so that its transaction is no orphan, and it touches no checkout. */
const plantPayment = (ground: Ground, customer: Customer) => {
  if (!customer.products.includes("collection")) return
  const key = `${code}/payment/${customer.index}`
  const draft = { spoil: saying("amount", "12,50") }
  const planted = plant(ground, { key, stream: "collection_payments", customer, draft })
  const transaction = settle(ground, planted)
  report(ground, code, "high", planted, 'amount is "12,50"', planted.record.story.createdAt)
  near(ground, "LED_MISSING_PRODUCT", transaction, "its payment exists, in quarantine", planted.completedAt)
}

/** Transactions of records: each leaves the money of its record and the sum of its currency open. */
const plantTransactions = (ground: Ground) =>
  each(
    [
      ["fiat_deposits", "fiat", saying("updatedAt", "2026-02-30T25:61:00Z"), "updatedAt is no time"],
      ["crypto_deposits", "crypto", saying("amount", "1.1234567890123456789"), "amount has 19 decimals"],
    ],
    ([stream, kind, spoil, why]) => {
      const key = `${code}/transaction/${stream}`
      const places = ground.realm.customers.flatMap((customer) => {
        const currency = calmCurrency(ground, `${key}/${customer.index}`, customer, kind)
        return currency === null ? [] : [{ customer, currency: currency.code }]
      })
      needed(places[0])
      const planted = plant(ground, { key, stream, ...chanceFor(ground, `${key}/place`).pick(places) })
      const story = postFor(ground, planted, completedAt(planted.completedAt), { spoil })
      report(ground, code, "high", story, why, planted.completedAt)
      near(ground, "LED_MISSING_TRANSACTION", planted, "its transaction exists, in quarantine", planted.completedAt)
    },
  )

/**
 * Records that cannot be read at every customer, beside every kind of break: where a break is found all the same, it is because nothing that
 * they could say would change it. Planted when all balances that are wrong have their place.
 */
export const plantRefused = (ground: Ground): void => {
  plantTransactions(ground)
  for (const customer of ground.realm.customers) {
    attempt(
      () => plantFee(ground, customer),
      () => plantPayment(ground, customer),
    )
  }
}
