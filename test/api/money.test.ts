import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { moneyFault } from "../../src/api/money.ts"

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most })

describe("an amount", () => {
  it("is readable with up to 20 digits before the point and 18 after it", () => {
    fc.assert(
      fc.property(fc.constantFrom("", "-"), digits(1, 20), fc.option(digits(1, 18)), (sign, whole, fraction) => {
        expect(moneyFault(`${sign}${whole}${fraction === null ? "" : `.${fraction}`}`)).toBe(null)
      }),
    )
  })

  it("with more digits than the store holds says which side is too long", () => {
    fc.assert(
      fc.property(digits(1, 20), digits(19, 40), (whole, fraction) => {
        expect(moneyFault(`${whole}.${fraction}`)).toContain("has more than 18 decimals")
      }),
    )
    fc.assert(
      fc.property(digits(21, 40), (whole) => {
        expect(moneyFault(whole)).toContain("has more than 20 digits before the point")
      }),
    )
  })

  it.each(["", " ", "12,50", "1 000", "1.", ".5", "+1", "1e3", "0x10", "NaN", "Infinity", "--1", "١٢", "1\n", "€5"])(
    "is not %j",
    (text) => {
      expect(moneyFault(text)).toBe("is not a plain decimal")
    },
  )
})
