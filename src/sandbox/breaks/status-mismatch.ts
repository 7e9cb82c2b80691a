import { hour, minute } from "../world/instant.ts"
import { reversalOf } from "../world/transaction.ts"
import { chanceFor, earlyMoment, type Ground } from "./ground.ts"
import { plantMoneyRows } from "./money-faults.ts"
import { completedAt, pastGrace, plant, postFor } from "./planting.ts"

const code = "LED_STATUS_MISMATCH"

/** Void records whose transaction stayed posted, and settled ones whose transaction never was. */
export const plantStatusMismatch = (ground: Ground): void => {
  const voids = [
    ["fiat_withdrawals", "FAILED"],
    ["crypto_deposits", "REJECTED"],
  ] as const
  for (const [stream, status] of voids) {
    const key = `${code}/${status}`
    const at = earlyMoment(ground, key)
    const life = [
      { at, status: "PENDING" },
      { at: at + 30 * minute, status },
    ]
    const planted = plant(ground, { key, stream, createdAt: at, life })
    if (planted === null) continue
    postFor(ground, planted, completedAt(at + 10 * minute))
    ground.faults.push({
      code,
      recordId: planted.record.story.id,
      severity: "critical",
      why: `${status}, but its transaction stayed COMPLETED`,
      from: pastGrace(at + 30 * minute),
    })
  }
  const unposted = [
    ["crypto_withdrawals", "PENDING"],
    ["fiat_deposits", "FAILED"],
  ] as const
  for (const [stream, status] of unposted) {
    const planted = plant(ground, { key: `${code}/unposted-${status}`, stream })
    if (planted === null) continue
    const opened = { at: planted.completedAt - minute, status: "PENDING" }
    postFor(ground, planted, status === "PENDING" ? [opened] : [opened, { at: planted.completedAt, status }])
    ground.faults.push({
      code,
      recordId: planted.record.story.id,
      severity: "high",
      why: `settled, but its only transaction is ${status}`,
      from: pastGrace(planted.completedAt),
    })
  }
  plantMoneyRows(ground, code)
  plantReversedNearMiss(ground)
  ground.nights.forEach((night, nth) => {
    plantInFlight(ground, night, nth)
    plantPostedFirst(ground, night, nth)
  })
}

const plantReversedNearMiss = (ground: Ground) => {
  const key = `${code}/reversed`
  const at = earlyMoment(ground, key)
  const failedAt = at + chanceFor(ground, key).int(3, 20) * hour
  const life = [
    { at, status: "SUBMITTED" },
    { at: failedAt, status: "FAILED" },
  ]
  const planted = plant(ground, { key, stream: "fiat_withdrawals", createdAt: at, life })
  if (planted === null) return
  postFor(ground, planted, [...completedAt(at + hour), { at: failedAt, status: "REVERSED" }])
  postFor(ground, planted, completedAt(failedAt), { name: "reversal", leg: reversalOf(planted.leg) })
  const recordId = planted.record.story.id
  ground.nearMisses.push({ code, recordId, why: "FAILED after its debit, which was reversed", from: failedAt })
}

const plantInFlight = (ground: Ground, night: number, nth: number) => {
  const key = `${code}/in-flight/${nth}`
  const planted = plant(ground, {
    key,
    stream: "crypto_withdrawals",
    createdAt: night - 50 * minute,
    takes: 30 * minute,
    draft: { holdUntil: night + 10 * minute },
  })
  if (planted === null) return
  postFor(ground, planted, [{ at: night - 49 * minute, status: "PENDING" }, ...completedAt(night + 10 * minute)])
  ground.nearMisses.push({
    code,
    recordId: planted.record.story.id,
    why: "settled 20 minutes before the night, its transaction still PENDING",
    from: planted.completedAt,
    until: night + 10 * minute,
  })
}

const plantPostedFirst = (ground: Ground, night: number, nth: number) => {
  const key = `${code}/posted-first/${nth}`
  const createdAt = night - 5 * hour
  const planted = plant(ground, { key, stream: "fiat_deposits", createdAt, takes: 6 * hour })
  if (planted === null) return
  postFor(ground, planted, completedAt(night - 3 * hour))
  ground.nearMisses.push({
    code,
    recordId: planted.record.story.id,
    why: "still open, its transaction already COMPLETED",
    from: night - 3 * hour,
    until: planted.completedAt,
  })
}
