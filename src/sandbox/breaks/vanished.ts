import { enterQuote } from "../world/conversion.ts"
import { drawAmount, drawRate } from "../world/currency.ts"
import { hour, type Instant, minute } from "../world/instant.ts"
import { isVisible, type Story } from "../world/story.ts"
import { chanceFor, chooseCustomer, type Ground } from "./ground.ts"
import { plant, plantLoneFee } from "./planting.ts"

const code = "COV_VANISHED"

/** Takes a record off its list from an instant on, and enters what a night that knew it must report. */
const vanish = (ground: Ground, story: Story, visibleUntil: Instant) => {
  const { stories } = ground.realm
  const vanishing = { ...story, visibleUntil }
  stories[stories.lastIndexOf(story)] = vanishing
  ground.faults.push({
    code,
    recordId: story.id,
    severity: "high",
    why: `listed until twelve hours after a night, then no longer, in ${story.stream}`,
    from: visibleUntil,
    when: ({ earlier, now }) => !isVisible(vanishing, now) && earlier.some((night) => isVisible(vanishing, night)),
  })
}

/**
 * Around every night records that it lists and the next one does not. All of them are such as moved nothing, so that a
 * night that never knew them has nothing to complain of.
 */
export const plantVanished = (ground: Ground): void => {
  ground.nights.forEach((night, nth) => {
    const createdAt = night - 3 * hour
    const until = night + 12 * hour
    const life = [
      { at: createdAt, status: "PENDING_APPROVAL" },
      { at: createdAt + 30 * minute, status: "CANCELLED" },
    ]
    const planted = plant(ground, { key: `${code}/withdrawal/${nth}`, stream: "fiat_withdrawals", life })
    if (planted !== null) vanish(ground, planted.record.story, until)
    const fee = plantLoneFee(ground, `${code}/fee/${nth}`, [
      { at: createdAt, status: "PENDING" },
      { at: createdAt + 20 * minute, status: "FAILED" },
    ])
    if (fee !== null) vanish(ground, fee, until)
    const quote = plantQuote(ground, `${code}/quote/${nth}`, createdAt)
    if (quote !== null) vanish(ground, quote, until)
  })
}

const plantQuote = (ground: Ground, key: string, createdAt: Instant): Story | null => {
  const customer = chooseCustomer(ground, key, "conversion")
  const [from, to] = customer?.active ?? []
  if (customer === null || from === undefined || to === undefined) return null
  const chance = chanceFor(ground, key)
  const fromAmount = drawAmount(chance, from, 50, 200)
  const terms = { from, to, fromAmount, rate: drawRate(chance, from, to), fee: 0n, feeCurrency: from.code }
  return enterQuote(ground.realm, { key, customer, terms, createdAt, usedAt: null })
}
