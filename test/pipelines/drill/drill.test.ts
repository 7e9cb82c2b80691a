import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { blindSpots, drilledWorld } from "../../../bench/drilled-world.ts"
import { alterations } from "../../../src/pipelines/drill/alterations.ts"
import { movesMoney, unseenIn } from "../../../src/pipelines/drill/outcome.ts"

const now = Date.parse("2026-06-28T02:30:00Z")
const minutes = 60_000

describe("the drill, as a first reading", () => {
  const worlds = [
    ["a healthy world", { seed: 2, now, days: 10, customers: 36 }],
    ["a world with breaks", { seed: 23, now, days: 10, customers: 36, breaks: "all" }],
    ["another world with breaks", { seed: 24, now, days: 10, customers: 36, breaks: "all" }],
    ["a third world with breaks", { seed: 25, now, days: 10, customers: 36, breaks: "all" }],
  ] as const
  for (const [name, options] of worlds) {
    it.live(
      `notices whatever moves money in ${name}, and raises nothing at customers who were not touched`,
      () =>
        Effect.gen(function* () {
          const drilled = yield* drilledWorld(options, { sample: 1, as: ["first reading"] })
          expect(blindSpots(drilled)).toEqual([])
          expect(drilled.raisedElsewhere).toEqual([])
          const visible = drilled.tried.filter((one) => movesMoney(one) && unseenIn(one) === null)
          const judged = visible.filter(({ outcome }) => outcome === "noticed")
          // What could not be judged before the alteration cannot be judged after it; there is little of it.
          expect(judged.length).toBeGreaterThan(visible.length * 0.95)
          const tried = new Set(drilled.tried.map(({ chosen }) => chosen.alteration))
          expect(alterations.map((one) => one.name).filter((one) => !tried.has(one))).toEqual([])
        }),
      10 * minutes,
    )
  }
})

describe("the table of alterations", () => {
  it("names each once", () => {
    const names = alterations.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
