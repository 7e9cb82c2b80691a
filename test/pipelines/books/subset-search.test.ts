import { FastCheck } from "effect"
import { describe, expect, it } from "vitest"
import { combinationsOf } from "../../../src/pipelines/books/rules/subset-search.ts"

const all = (target: bigint, amounts: ReadonlyArray<bigint>, tolerance: bigint, most: number): ReadonlyArray<string> =>
  Array.from({ length: 2 ** amounts.length }, (_, bits) => amounts.map((__, at) => at).filter((at) => (bits >> at) & 1))
    .filter((places) => places.length >= 2 && places.length <= most)
    .filter((places) => {
      const gap = target - places.reduce((sum, at) => sum + (amounts[at] ?? 0n), 0n)
      return gap <= tolerance && -gap <= tolerance
    })
    .map((places) => places.join(" "))
    .sort()

describe("the search for a sum", () => {
  it("finds every combination that enumeration finds, and no other", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.bigInt(1n, 30n), { maxLength: 9 }),
        FastCheck.bigInt(1n, 80n),
        FastCheck.bigInt(0n, 2n),
        FastCheck.integer({ min: 2, max: 5 }),
        (amounts, target, tolerance, most) => {
          const { complete, found } = combinationsOf(target, amounts, tolerance, most, 1_000_000)
          expect(complete).toBe(true)
          expect(found.map((places) => places.join(" ")).sort()).toEqual(all(target, amounts, tolerance, most))
        },
      ),
      { numRuns: 300, seed: 5 },
    )
  })

  it("says so when it is broken off, instead of calling what it found everything", () => {
    const amounts = Array.from({ length: 20 }, () => 5n)
    expect(combinationsOf(20n, amounts, 0n, 4, 50).complete).toBe(false)
    expect(combinationsOf(20n, amounts, 0n, 4, 100_000)).toMatchObject({ complete: true })
  })
})
