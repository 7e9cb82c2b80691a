import { expect, it } from "vitest"
import { floorTo, formatMoney, money, over, times } from "../../src/sandbox/world/money.ts"

it("writes plain decimals at a currency's places", () => {
  expect(formatMoney(money("1250.5"), 2)).toBe("1250.50")
  expect(formatMoney(money("7"), 0)).toBe("7")
  expect(formatMoney(1n, 18)).toBe("0.000000000000000001")
  expect(formatMoney(-money("0.05"), 2)).toBe("-0.05")
  expect(formatMoney(money("98765432101234567890"), 0)).toBe("98765432101234567890")
})

it("multiplies and divides without a double", () => {
  expect(times(money("0.1"), money("0.2"))).toBe(money("0.02"))
  expect(formatMoney(over(money("1"), money("3")), 18)).toBe("0.333333333333333333")
  expect(floorTo(money("1.239"), 2)).toBe(money("1.23"))
})
