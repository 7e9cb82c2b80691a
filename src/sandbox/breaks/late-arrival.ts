import { hour, type Instant, minute, stated } from "../world/instant.ts"
import { isVisible, type Story } from "../world/story.ts"
import { post } from "../world/transaction.ts"
import type { Ground, Night } from "./ground.ts"
import { completedAt, plant, plantLoneFee } from "./planting.ts"

const code = "COV_LATE_ARRIVAL"

/** Seen for the first time by a night that follows another, which should have seen it. */
const isLate =
  (story: Story) =>
  ({ earlier, now }: Night): boolean => {
    const before = earlier.at(-1)
    return (
      before !== undefined &&
      isVisible(story, now) &&
      !earlier.some((night) => isVisible(story, night)) &&
      stated(story.createdAt, story.style) < stated(before - hour, story.style)
    )
  }

const report = (ground: Ground, story: Story, visibleFrom: Instant) =>
  ground.faults.push({
    code,
    recordId: story.id,
    severity: "low",
    why: "created hours before a night, and listed only half an hour after it",
    from: visibleFrom,
    when: isLate(story),
  })

/** Around every night records that it should have listed and did not; as near misses, records that were too young. */
export const plantLateArrival = (ground: Ground): void => {
  ground.nights.forEach((night, nth) => {
    const visibleFrom = night + 30 * minute
    const old = plantListedLate(ground, `${code}/deposit/${nth}`, night - 3 * hour, visibleFrom)
    if (old !== null) report(ground, old, visibleFrom)
    const fee = plantLoneFee(
      ground,
      `${code}/fee/${nth}`,
      [
        { at: night - 5 * hour, status: "PENDING" },
        { at: night - 4 * hour, status: "FAILED" },
      ],
      visibleFrom,
    )
    if (fee !== null) report(ground, fee, visibleFrom)
    const young = plantListedLate(ground, `${code}/young/${nth}`, night - 40 * minute, visibleFrom)
    if (young === null) return
    ground.nearMisses.push({
      code,
      recordId: young.id,
      why: "created forty minutes before a night, and listed only after it",
      from: visibleFrom,
    })
  })
}

/** A deposit that comes to light together with its transaction, which is posted then. */
const plantListedLate = (ground: Ground, key: string, createdAt: Instant, visibleFrom: Instant): Story | null => {
  const takes = 20 * minute
  const planted = plant(ground, { key, stream: "fiat_deposits", createdAt, takes, draft: { visibleFrom } })
  if (planted === null) return null
  const { story } = planted.record
  post(ground.realm, planted.leg, { key, style: story.style, life: completedAt(visibleFrom) })
  return story
}
