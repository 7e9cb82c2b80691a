import { describe, expect, it } from "vitest"
import { failureOf, play } from "./play.ts"
import { inProcess } from "./runner.ts"
import { voidAndUndone } from "./worlds/01-06-void-and-undone.ts"
import { accepted } from "./worlds/07-10-accepted.ts"
import { balancesAndNetworks } from "./worlds/11-16-balances-and-networks.ts"
import { conversionsCheckoutsAccounts } from "./worlds/17-21-conversions-checkouts-accounts.ts"
import { twiceAndAdjusted } from "./worlds/22-29-twice-and-adjusted.ts"
import { wordsOfANight } from "./worlds/30-35-words-of-a-night.ts"

/**
 * Variations of the worlds in `../shared/cases/money`, whose numbers their titles begin with: other products, currencies,
 * orders and nights, near misses, and disturbances that must hide nothing. Played as `cases.test.ts` says.
 */
const worlds = [
  ...voidAndUndone,
  ...accepted,
  ...balancesAndNetworks,
  ...conversionsCheckoutsAccounts,
  ...twiceAndAdjusted,
  ...wordsOfANight,
]

describe("a variation of a small world of money", () => {
  it.each(worlds.map((world) => [world.title, world] as const))("%s", async (_title, world) => {
    const played = await play(world, inProcess)
    if (process.env.SHOW_WORLDS !== undefined) console.log(played.map(({ printed }) => printed).join("\n"))
    expect(failureOf(world, played)).toBe("")
  })
})
