import { hour, type Instant, minute, stated } from "../world/instant.ts"
import { isVisible, type Story } from "../world/story.ts"
import { post } from "../world/transaction.ts"
import { attempt, eachNight, type Ground, type Night, near, report } from "./ground.ts"
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

/** Around every night records that it should have listed and did not; as near misses, records that were too young. */
export const plantLateArrival = (ground: Ground): void =>
  eachNight(ground, (night, nth) => {
    const visibleFrom = night + 30 * minute
    const reportLate = (story: Story) => {
      const why = "created hours before a night, and listed only half an hour after it"
      report(ground, code, "low", story, why, visibleFrom, { when: isLate(story) })
    }
    attempt(
      () => reportLate(plantListedLate(ground, `${code}/deposit/${nth}`, night - 3 * hour, visibleFrom)),
      () => {
        const life = [
          { at: night - 5 * hour, status: "PENDING" },
          { at: night - 4 * hour, status: "FAILED" },
        ]
        reportLate(plantLoneFee(ground, `${code}/fee/${nth}`, life, visibleFrom))
      },
      () => {
        const young = plantListedLate(ground, `${code}/young/${nth}`, night - 40 * minute, visibleFrom)
        near(ground, code, young, "created forty minutes before a night, and listed only after it", visibleFrom)
      },
    )
  })

/** A deposit that comes to light together with its transaction, which is posted then. */
const plantListedLate = (ground: Ground, key: string, createdAt: Instant, visibleFrom: Instant): Story => {
  const takes = 20 * minute
  const planted = plant(ground, { key, stream: "fiat_deposits", createdAt, takes, draft: { visibleFrom } })
  const { story } = planted.record
  post(ground.realm, planted.leg, { key, style: story.style, life: completedAt(visibleFrom) })
  return story
}
