import { expect, it } from "vitest"
import { nearestNames } from "../../src/cli/nearest-names.ts"

const codes = ["BAL_INCEPTION", "COV_VANISHED", "LED_MISSING_PRODUCT", "LED_MISSING_TRANSACTION", "REC_INVALID"]

it.each([
  ["COV_VANISHD", "COV_VANISHED"],
  ["rec_invalid", "REC_INVALID"],
  ["BAL_INCEPTON", "BAL_INCEPTION"],
  ["LED_MISSING_PRODCUT", "LED_MISSING_PRODUCT"],
])("of %s the nearest is %s", (given, nearest) => {
  expect(nearestNames(given, codes)[0]).toBe(nearest)
})

it("puts names that contain what was given first, in the order of the alphabet", () => {
  expect(nearestNames("missing", codes).slice(0, 2)).toEqual(["LED_MISSING_PRODUCT", "LED_MISSING_TRANSACTION"])
})

it("names no more than asked for, and something for anything", () => {
  expect(nearestNames("", codes)).toHaveLength(3)
  expect(nearestNames("?", codes, 2)).toHaveLength(2)
})
