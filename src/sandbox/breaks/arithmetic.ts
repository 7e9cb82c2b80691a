import { lastPlace } from "../world/money.ts"
import { netOf } from "../world/transaction.ts"
import { each, type Ground, report } from "./ground.ts"
import { completedAt, plant, postFor } from "./planting.ts"
import { plantAgreeing } from "./record-near-misses.ts"

const code = "REC_ARITHMETIC"

/**
 * Amount, fee and net amount that do not agree: on a product record, whose transaction then carries the same net amount
 * and fee, and on a transaction whose product record is right.
 */
export const plantArithmetic = (ground: Ground): void => {
  plantAgreeing(ground)
  each(
    [
      ["fiat_deposits", "USD", 2, "CREDIT"],
      ["crypto_withdrawals", "USDT", 6, "DEBIT"],
    ],
    ([stream, currency, places, direction]) => {
      const unit = lastPlace(places)
      const [amount, fee] = [12_345n * unit, 45n * unit]
      const draft = { amount, fee, netAmount: netOf(direction, amount, fee) - unit }
      const planted = plant(ground, { key: `${code}/product/${stream}`, stream, currency, draft })
      const leg = { ...planted.leg, amount: planted.leg.amount - unit }
      postFor(ground, planted, completedAt(planted.completedAt), { leg })
      const why = "netAmount is one unit of the last place off"
      report(ground, code, "high", planted, why, planted.record.story.createdAt)
    },
  )
  each(["fiat_deposits", "crypto_withdrawals"], (stream) => {
    const planted = plant(ground, { key: `${code}/transaction/${stream}`, stream })
    const amount = planted.leg.amount + 3n * lastPlace(planted.leg.places)
    const story = postFor(ground, planted, completedAt(planted.completedAt), { leg: { ...planted.leg, amount } })
    report(ground, code, "high", story, "amount is three units of the last place off", planted.completedAt)
  })
}
