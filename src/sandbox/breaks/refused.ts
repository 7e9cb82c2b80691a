import { drawAmount } from "../world/currency.ts"
import type { Customer } from "../world/customer.ts"
import type { WorldRecord } from "../world/story.ts"
import { post, unreferencedLeg } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { calmCurrency, chanceFor, earlyMoment, type Ground } from "./ground.ts"
import { completedAt, plant, postFor } from "./planting.ts"

const code = "REC_INVALID"

const state = (field: string, value: string | null) => (record: WorldRecord) => ({ ...record, [field]: value })

const report = (ground: Ground, recordId: string, why: string, from: number) =>
  ground.faults.push({ code, recordId, severity: "high", why, from })

/** A fee that names no record: it leaves the sum of its own currency open, and nothing else. */
const plantFee = (ground: Ground, customer: Customer) => {
  const key = `${code}/fee/${customer.index}`
  const currency = calmCurrency(ground, key, customer)
  if (currency === null) return
  const chance = chanceFor(ground, key)
  const reference = `refused fee ${customer.index}`
  const amount = drawAmount(chance, currency, 1, 9)
  const leg = unreferencedLeg({ customer, type: "FEE", direction: "DEBIT", amount, reference }, currency)
  const at = earlyMoment(ground, key)
  const spoil = (record: WorldRecord) => ({ ...record, amount: "n/a", netAmount: "n/a" })
  const { id } = post(ground.realm, leg, {
    key: `planted/${key}`,
    style: drawStyle(chance),
    life: completedAt(at),
    spoil,
  })
  report(ground, id, 'amount and netAmount are "n/a"', at)
}

/** A payment of no checkout: it exists, so that its transaction is no orphan, and it touches no checkout. */
const plantPayment = (ground: Ground, customer: Customer) => {
  if (!customer.products.includes("collection")) return
  const key = `${code}/payment/${customer.index}`
  const planted = plant(ground, {
    key,
    stream: "collection_payments",
    customer,
    draft: { spoil: state("amount", "12,50") },
  })
  if (planted === null) return
  const transaction = postFor(ground, planted, completedAt(planted.completedAt))
  report(ground, planted.record.story.id, 'amount is "12,50"', planted.record.story.createdAt)
  ground.nearMisses.push({
    code: "LED_MISSING_PRODUCT",
    recordId: transaction.id,
    why: "its payment exists, in quarantine",
    from: planted.completedAt,
  })
}

/** Transactions of records: each leaves the money of its record and the sum of its currency open. */
const plantTransactions = (ground: Ground) => {
  const spoilt = [
    {
      stream: "fiat_deposits",
      kind: "fiat",
      spoil: state("updatedAt", "2026-02-30T25:61:00Z"),
      why: "updatedAt is no time",
    },
    {
      stream: "crypto_deposits",
      kind: "crypto",
      spoil: state("amount", "1.1234567890123456789"),
      why: "amount has 19 decimals",
    },
  ] as const
  for (const { kind, spoil, stream, why } of spoilt) {
    const key = `${code}/transaction/${stream}`
    const places = ground.realm.customers.flatMap((customer) => {
      const currency = calmCurrency(ground, `${key}/${customer.index}`, customer, kind)
      return currency === null ? [] : [{ customer, currency }]
    })
    if (places.length === 0) continue
    const { currency, customer } = chanceFor(ground, `${key}/place`).pick(places)
    const planted = plant(ground, { key, stream, customer, currency: currency.code })
    if (planted === null) continue
    const story = postFor(ground, planted, completedAt(planted.completedAt), { spoil })
    report(ground, story.id, why, planted.completedAt)
    ground.nearMisses.push({
      code: "LED_MISSING_TRANSACTION",
      recordId: planted.record.story.id,
      why: "its transaction exists, in quarantine",
      from: planted.completedAt,
    })
  }
}

/**
 * Records that cannot be read at every customer, beside every kind of break: where a break is found all the same, it is because nothing that
 * they could say would change it. Planted when all balances that are wrong have their place.
 */
export const plantRefused = (ground: Ground): void => {
  plantTransactions(ground)
  for (const customer of ground.realm.customers) {
    plantFee(ground, customer)
    plantPayment(ground, customer)
  }
}
