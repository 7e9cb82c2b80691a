import { enterQuote } from "../world/conversion.ts"
import { hour, type Instant, minute } from "../world/instant.ts"
import { isVisible, type Story } from "../world/story.ts"
import { attempt, eachNight, type Ground, report } from "./ground.ts"
import { drawQuoteTerms, plant, plantLoneFee } from "./planting.ts"

const code = "COV_VANISHED"

/** Takes a record off its list from an instant on, and enters what a night that knew it must report. */
const vanish = (ground: Ground, story: Story, visibleUntil: Instant) => {
  const { stories } = ground.realm
  const vanishing = { ...story, visibleUntil }
  stories[stories.lastIndexOf(story)] = vanishing
  const why = `listed until twelve hours after a night, then no longer, in ${story.stream}`
  report(ground, code, "high", story, why, visibleUntil, {
    when: ({ earlier, now }) => !isVisible(vanishing, now) && earlier.some((night) => isVisible(vanishing, night)),
  })
}

/**
 * Around every night records that it lists and the next one does not. All of them are such as moved nothing, so that a
 * night that never knew them has nothing to complain of.
 */
export const plantVanished = (ground: Ground): void =>
  eachNight(ground, (night, nth) => {
    const createdAt = night - 3 * hour
    const until = night + 12 * hour
    attempt(
      () => {
        const life = [
          { at: createdAt, status: "PENDING_APPROVAL" },
          { at: createdAt + 30 * minute, status: "CANCELLED" },
        ]
        const planted = plant(ground, { key: `${code}/withdrawal/${nth}`, stream: "fiat_withdrawals", life })
        vanish(ground, planted.record.story, until)
      },
      () => {
        const life = [
          { at: createdAt, status: "PENDING" },
          { at: createdAt + 20 * minute, status: "FAILED" },
        ]
        vanish(ground, plantLoneFee(ground, `${code}/fee/${nth}`, life), until)
      },
      () => {
        const key = `${code}/quote/${nth}`
        const drawn = drawQuoteTerms(ground, key)
        vanish(ground, enterQuote(ground.realm, { key, ...drawn, createdAt, usedAt: null }), until)
      },
    )
  })
