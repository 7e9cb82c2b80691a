import { lastPlace } from "../world/money.ts"
import { netOf } from "../world/transaction.ts"
import type { Ground } from "./ground.ts"
import { completedAt, plant, postFor } from "./planting.ts"
import { plantAgreeing } from "./record-near-misses.ts"

const code = "REC_ARITHMETIC"

/**
 * Amount, fee and net amount that do not agree: on a product record, whose transaction then carries the same net amount
 * and fee, and on a transaction whose product record is right.
 */
export const plantArithmetic = (ground: Ground): void => {
  plantAgreeing(ground)
  for (const stream of ["fiat_deposits", "crypto_withdrawals"] as const) {
    const onProduct = plantWithNet(ground, stream)
    if (onProduct !== null) {
      ground.faults.push({
        code,
        recordId: onProduct.record.story.id,
        severity: "high",
        why: "netAmount is one unit of the last place off",
        from: onProduct.record.story.createdAt,
      })
    }
    const planted = plant(ground, { key: `${code}/transaction/${stream}`, stream })
    if (planted === null) continue
    const amount = planted.leg.amount + 3n * lastPlace(planted.leg.places)
    const story = postFor(ground, planted, completedAt(planted.completedAt), { leg: { ...planted.leg, amount } })
    ground.faults.push({
      code,
      recordId: story.id,
      severity: "high",
      why: "amount is three units of the last place off",
      from: planted.completedAt,
    })
  }
}

const plantWithNet = (ground: Ground, stream: "fiat_deposits" | "crypto_withdrawals") => {
  const key = `${code}/product/${stream}`
  const currency = stream === "fiat_deposits" ? "USD" : "USDT"
  const unit = lastPlace(stream === "fiat_deposits" ? 2 : 6)
  const amount = 12_345n * unit
  const fee = 45n * unit
  const netAmount = netOf(stream === "fiat_deposits" ? "CREDIT" : "DEBIT", amount, fee) - unit
  const planted = plant(ground, { key, stream, currency, draft: { amount, fee, netAmount } })
  if (planted === null) return null
  const leg = { ...planted.leg, amount: amount - unit }
  postFor(ground, planted, completedAt(planted.completedAt), { leg })
  return planted
}
