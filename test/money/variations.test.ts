import { describe, expect, it } from "vitest"
import { failureOf, play } from "./play.ts"
import { inProcess } from "./runner.ts"
import { voidAndSums } from "./worlds/01-03-void-and-sums.ts"
import { undoneAndRefunds } from "./worlds/04-06-undone-and-refunds.ts"
import { accepted } from "./worlds/07-10-accepted.ts"
import { balances } from "./worlds/11-13-balances.ts"
import { networksAndTimes } from "./worlds/14-16-networks-and-times.ts"
import { conversionsAndCheckouts } from "./worlds/17-19-conversions-and-checkouts.ts"
import { accounts } from "./worlds/20-21-accounts.ts"
import { twiceAndAdjusted } from "./worlds/22-25-twice-and-adjusted.ts"
import { namesAndInstants } from "./worlds/26-29-names-and-instants.ts"
import { wordsOfANight } from "./worlds/30-35-words-of-a-night.ts"
import { acceptedAgain } from "./worlds/accepted-again.ts"
import { grace } from "./worlds/grace.ts"
import { mixed } from "./worlds/mixed.ts"
import { nightsOfPeople } from "./worlds/nights-of-people.ts"
import { oneBreak, settledFacts } from "./worlds/one-break.ts"

/**
 * Variations of the worlds in `../shared/cases/money`, whose numbers their titles begin with: other products, currencies,
 * orders and nights, near misses, and disturbances that must hide nothing; and worlds without a number, which mix what
 * those have one by one. Played as `cases.test.ts` says.
 */
const worlds = [
  ...voidAndSums,
  ...undoneAndRefunds,
  ...accepted,
  ...balances,
  ...networksAndTimes,
  ...conversionsAndCheckouts,
  ...accounts,
  ...twiceAndAdjusted,
  ...namesAndInstants,
  ...wordsOfANight,
  ...mixed,
  ...grace,
  ...oneBreak,
  ...settledFacts,
  ...acceptedAgain,
  ...nightsOfPeople,
]

/** All of them by `npm run test:long`; every fifth else, so that CI stays well within its hour. */
const played = process.env.TIDEMARK_TESTS === "long" ? worlds : worlds.filter((_, place) => place % 5 === 0)

describe("a variation of a small world of money", () => {
  it.each(played.map((world) => [world.title, world] as const))("%s", async (_title, world) => {
    const nights = await play(world, inProcess)
    if (process.env.SHOW_WORLDS !== undefined) console.log(nights.map(({ printed }) => printed).join("\n"))
    expect(failureOf(world, nights)).toBe("")
  })
})
