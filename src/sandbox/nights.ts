import { day, type Instant } from "./world/instant.ts"

/** How long a world has lived when its first night falls. */
const daysBefore = 90

/**
 * The options of a world at its n-th night, from 1. All nights of one first night are nights of one world: it begins at
 * the same instant, ids stay, and each night is a day after the one before.
 */
export const nightOptions = (
  nth: number,
  firstNight: Instant,
): { readonly start: Instant; readonly now: Instant; readonly earlierNights: ReadonlyArray<Instant> } => ({
  start: firstNight - daysBefore * day,
  now: firstNight + (nth - 1) * day,
  earlierNights: Array.from({ length: nth - 1 }, (_, before) => firstNight + before * day),
})

/** When the first night was, if the n-th is now. */
export const firstNightOf = (nth: number, now: Instant): Instant => now - (nth - 1) * day
