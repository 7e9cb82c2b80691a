import { hour, type Instant } from "../world/instant.ts"
import { hasCome, type Story } from "../world/story.ts"
import type { StatusAt } from "../world/transaction.ts"
import { attempt, eachNight, type Ground, near, needed, report } from "./ground.ts"
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

const reportRelapse = (ground: Ground, story: Story, life: ReadonlyArray<StatusAt>) => {
  const [closed, again, last] = [needed(life[1]), needed(life[2]), needed(life[3])]
  report(ground, code, "high", story, `was ${closed.status}, and is ${again.status}`, again.at, {
    when: ({ earlier, now }) =>
      hasCome(story, again.at, now) &&
      !hasCome(story, last.at, now) &&
      earlier.some((night) => hasCome(story, closed.at, night) && !hasCome(story, again.at, night)),
  })
}

/** Around every night records that it sees closed and the next one sees open. */
export const plantStatusRegression = (ground: Ground): void =>
  eachNight(ground, (night, nth) => {
    const createdAt = night - 6 * hour
    attempt(
      () => {
        const life = relapse(night, "PENDING", "FAILED", "PROCESSING", "CANCELLED")
        const key = `${code}/withdrawal/${nth}`
        const withdrawal = plant(ground, { key, stream: "fiat_withdrawals", createdAt, life })
        reportRelapse(ground, withdrawal.record.story, life)
      },
      () => {
        const life = relapse(night, "PENDING", "COMPLETED", "PROCESSING")
        const deposit = plant(ground, { key: `${code}/deposit/${nth}`, stream: "fiat_deposits", createdAt, life })
        postFor(ground, deposit, completedAt(night - 5 * hour))
        reportRelapse(ground, deposit.record.story, life)
      },
      () => {
        const life = relapse(night, "PENDING", "FAILED", "PENDING")
        reportRelapse(ground, plantLoneFee(ground, `${code}/fee/${nth}`, life), life)
      },
      () => plantForward(ground, night, nth),
    )
  })

/** A withdrawal that moves on between two nights, as it should. */
const plantForward = (ground: Ground, night: Instant, nth: number) => {
  const [from, until] = [night + 20 * hour, night + 30 * hour]
  const life = [
    { at: night - 6 * hour, status: "SUBMITTED" },
    { at: from, status: "PROCESSING" },
    { at: until, status: "COMPLETED" },
  ]
  const planted = plant(ground, { key: `${code}/forward/${nth}`, stream: "fiat_withdrawals", life })
  postFor(ground, planted, completedAt(until))
  near(ground, code, planted, "one open status followed another", from, { until })
}
