import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { type JudgedNight, judgedNights } from "../../bench/judged-night.ts"
import { precisionOf, recallOf, scoresOf } from "../../bench/score.ts"
import { bookCodes } from "../../src/sandbox/books/book-code.ts"
import { breakCodes } from "../../src/sandbox/breaks/break-code.ts"

describe("every check against the answer keys of seeded worlds", () => {
  for (const seed of [101, 102, 103]) {
    it.live(`finds exactly what was planted over two nights of seed ${seed}, and is silent on what looks like it`, () =>
      Effect.gen(function* () {
        const nights = yield* judgedNights(seed)
        for (const { expectedUnproven, found, nearMisses, planted, unproven } of nights) {
          expect(found).toEqual(planted)
          expect(unproven).toEqual(expectedUnproven)
          expect(unproven.length).toBeGreaterThan(10)
          const named = new Set(found.map((line) => line.split(" ").slice(0, 2).join(" ")))
          expect(nearMisses.length).toBeGreaterThan(40)
          expect(nearMisses.filter((near) => named.has(near))).toEqual([])
        }
        const scores = scoresOf(nights, [...breakCodes, ...bookCodes])
        expect(scores.filter(({ planted }) => planted === 0)).toEqual([])
        expect(scores.filter(({ nearMisses }) => nearMisses === 0)).toEqual([])
      }),
    )
  }
})

describe("a check's score", () => {
  const night: JudgedNight = {
    seed: 7,
    night: 1,
    planted: ["A x - high", "A y - high", "A z DEBIT critical", "B x - low"],
    found: ["A x - high", "A y - medium", "A w - high", "C x - high"],
    nearMisses: ["A q", "B q"],
    unproven: ["A u -", "B u -"],
    expectedUnproven: ["A u -", "A v -"],
  }
  const [a, b, c] = scoresOf([night, { ...night, night: 2, found: night.planted }], ["A", "B"])

  it("counts what is wrong by record, leg and severity", () => {
    expect(a).toEqual({
      code: "A",
      planted: 6,
      found: 6,
      wrong: ["seed 7, night 1: A y - medium", "seed 7, night 1: A w - high"],
      missed: ["seed 7, night 1: A y - high", "seed 7, night 1: A z DEBIT critical"],
      nearMisses: 2,
      expectedUnproven: 4,
      unproven: 2,
      wronglyUnproven: ["seed 7, night 1: A v -, judged", "seed 7, night 2: A v -, judged"],
    })
  })

  it("gives precision and recall", () => {
    expect(a === undefined ? null : [precisionOf(a), recallOf(a)]).toEqual([4 / 6, 4 / 6])
    expect(b === undefined ? null : [precisionOf(b), recallOf(b)]).toEqual([1, 0.5])
  })

  it("has a row for a code that nobody planted", () => {
    expect(c).toMatchObject({ code: "C", planted: 0, found: 1, wrong: ["seed 7, night 1: C x - high"] })
  })
})
