import { hour, minute } from "../world/instant.ts"
import { reversalOf } from "../world/transaction.ts"
import { attempt, chanceFor, each, eachNight, earlyMoment, type Ground, near, report } from "./ground.ts"
import { plantMoneyRows } from "./money-faults.ts"
import { completedAt, pastGrace, plant, postFor } from "./planting.ts"

const code = "LED_STATUS_MISMATCH"

/** Void records whose transaction stayed posted, and settled ones whose transaction never was. */
export const plantStatusMismatch = (ground: Ground): void => {
  each(
    [
      ["fiat_withdrawals", "FAILED"],
      ["crypto_deposits", "REJECTED"],
    ],
    ([stream, status]) => {
      const key = `${code}/${status}`
      const at = earlyMoment(ground, key)
      const life = [
        { at, status: "PENDING" },
        { at: at + 30 * minute, status },
      ]
      const planted = plant(ground, { key, stream, createdAt: at, life })
      postFor(ground, planted, completedAt(at + 10 * minute))
      const why = `${status}, but its transaction stayed COMPLETED`
      report(ground, code, "critical", planted, why, pastGrace(at + 30 * minute))
    },
  )
  each(
    [
      ["crypto_withdrawals", "PENDING"],
      ["fiat_deposits", "FAILED"],
    ],
    ([stream, status]) => {
      const planted = plant(ground, { key: `${code}/unposted-${status}`, stream })
      const opened = { at: planted.completedAt - minute, status: "PENDING" }
      postFor(ground, planted, status === "PENDING" ? [opened] : [opened, { at: planted.completedAt, status }])
      const why = `settled, but its only transaction is ${status}`
      report(ground, code, "high", planted, why, pastGrace(planted.completedAt))
    },
  )
  plantMoneyRows(ground, code)
  plantNearMisses(ground)
}

const plantNearMisses = (ground: Ground) => {
  attempt(() => {
    const key = `${code}/reversed`
    const at = earlyMoment(ground, key)
    const failedAt = at + chanceFor(ground, key).int(3, 20) * hour
    const life = [
      { at, status: "SUBMITTED" },
      { at: failedAt, status: "FAILED" },
    ]
    const planted = plant(ground, { key, stream: "fiat_withdrawals", createdAt: at, life })
    postFor(ground, planted, [...completedAt(at + hour), { at: failedAt, status: "REVERSED" }])
    postFor(ground, planted, completedAt(failedAt), { name: "reversal", leg: reversalOf(planted.leg) })
    near(ground, code, planted, "FAILED after its debit, which was reversed", failedAt)
  })
  eachNight(ground, (night, nth) => {
    const until = night + 10 * minute
    const planted = plant(ground, {
      ...{ key: `${code}/in-flight/${nth}`, stream: "crypto_withdrawals", createdAt: night - 50 * minute },
      ...{ takes: 30 * minute, draft: { holdUntil: until } },
    })
    postFor(ground, planted, [{ at: night - 49 * minute, status: "PENDING" }, ...completedAt(until)])
    const why = "settled 20 minutes before the night, its transaction still PENDING"
    near(ground, code, planted, why, planted.completedAt, { until })
  })
  eachNight(ground, (night, nth) => {
    const [createdAt, takes, from] = [night - 5 * hour, 6 * hour, night - 3 * hour]
    const planted = plant(ground, { key: `${code}/posted-first/${nth}`, stream: "fiat_deposits", createdAt, takes })
    postFor(ground, planted, completedAt(from))
    const why = "still open, its transaction already COMPLETED"
    near(ground, code, planted, why, from, { until: planted.completedAt })
  })
}
