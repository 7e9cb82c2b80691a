import { hour, type Instant } from "../world/instant.ts"
import { hasCome, type Story } from "../world/story.ts"
import type { StatusAt } from "../world/transaction.ts"
import type { Ground } from "./ground.ts"
import { completedAt, plant, plantLoneFee, postFor } from "./planting.ts"

const code = "REC_STATUS_REGRESSION"

/** Closed before the night, open again when the next one looks, and closed for good by the one after. */
const relapse = (
  night: Instant,
  first: string,
  closed: string,
  again: string,
  last = closed,
): ReadonlyArray<StatusAt> => [
  { at: night - 6 * hour, status: first },
  { at: night - 5 * hour, status: closed },
  { at: night + 20 * hour, status: again },
  { at: night + 30 * hour, status: last },
]

const report = (ground: Ground, story: Story, life: ReadonlyArray<StatusAt>) => {
  const [, closed, again, last] = life.map(({ at }) => at)
  if (closed === undefined || again === undefined || last === undefined) return
  ground.faults.push({
    code,
    recordId: story.id,
    severity: "high",
    why: `was ${life[1]?.status}, and is ${life[2]?.status}`,
    from: again,
    when: ({ earlier, now }) =>
      hasCome(story, again, now) &&
      !hasCome(story, last, now) &&
      earlier.some((night) => hasCome(story, closed, night) && !hasCome(story, again, night)),
  })
}

/** Around every night records that it sees closed and the next one sees open. */
export const plantStatusRegression = (ground: Ground): void => {
  ground.nights.forEach((night, nth) => {
    const createdAt = night - 6 * hour
    const failed = relapse(night, "PENDING", "FAILED", "PROCESSING", "CANCELLED")
    const withdrawal = plant(ground, {
      key: `${code}/withdrawal/${nth}`,
      stream: "fiat_withdrawals",
      createdAt,
      life: failed,
    })
    if (withdrawal !== null) report(ground, withdrawal.record.story, failed)

    const settled = relapse(night, "PENDING", "COMPLETED", "PROCESSING")
    const deposit = plant(ground, { key: `${code}/deposit/${nth}`, stream: "fiat_deposits", createdAt, life: settled })
    if (deposit !== null) {
      postFor(ground, deposit, completedAt(night - 5 * hour))
      report(ground, deposit.record.story, settled)
    }

    const unpaid = relapse(night, "PENDING", "FAILED", "PENDING")
    const fee = plantLoneFee(ground, `${code}/fee/${nth}`, unpaid)
    if (fee !== null) report(ground, fee, unpaid)
    plantForward(ground, night, nth)
  })
}

/** A withdrawal that moves on between two nights, as it should. */
const plantForward = (ground: Ground, night: Instant, nth: number) => {
  const done = night + 30 * hour
  const planted = plant(ground, {
    key: `${code}/forward/${nth}`,
    stream: "fiat_withdrawals",
    life: [
      { at: night - 6 * hour, status: "SUBMITTED" },
      { at: night + 20 * hour, status: "PROCESSING" },
      { at: done, status: "COMPLETED" },
    ],
  })
  if (planted === null) return
  postFor(ground, planted, completedAt(done))
  ground.nearMisses.push({
    code,
    recordId: planted.record.story.id,
    why: "one open status followed another",
    from: night + 20 * hour,
    until: done,
  })
}
