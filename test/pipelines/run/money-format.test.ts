import { FastCheck as fc } from "effect"
import { expect, it } from "vitest"
import { formatMoney } from "../../../src/pipelines/run/money-format.ts"

it.each([
  ["1.500000000000000000", 2, "1.50"],
  ["1.000000000000000000", 2, "1.00"],
  ["1.000000000000000000", 0, "1"],
  ["100", 0, "100"],
  ["100", 2, "100.00"],
  ["1.234500000000000000", 2, "1.2345"],
  ["100.500000000000000000", 0, "100.5"],
  ["-0.000000000000000001", 2, "-0.000000000000000001"],
  ["-0.50", 2, "-0.50"],
  ["0.5", 8, "0.50000000"],
  ["1.500", undefined, "1.5"],
  ["1000.000", undefined, "1000"],
])("%s at %s places is %s", (decimal, places, expected) => {
  expect(formatMoney(decimal, places)).toBe(expected)
})

it("never changes the value, whatever the places", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat(18), (scaled, places) => {
      const digits = String(scaled).padStart(19, "0")
      const printed = formatMoney(`${digits.slice(0, -18)}.${digits.slice(-18)}`, places)
      const [whole = "", fraction = ""] = printed.split(".")
      expect(BigInt(whole + fraction.padEnd(18, "0"))).toBe(scaled)
      expect(fraction.length).toBeGreaterThanOrEqual(places)
      expect(fraction.length === places || !fraction.endsWith("0")).toBe(true)
    }),
  )
})
