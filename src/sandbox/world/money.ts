/**
 * Exact amounts for the generator: whole units of 10^-18, the finest place that the contract allows ("up to 18
 * decimals"). A bigint, so that no amount of the sandbox ever passes through a double.
 */
export type Money = bigint

/** 1.00 of any currency. */
export const one: Money = 10n ** 18n

/** Reads a plain decimal of at most 18 decimals, such as `"1250.50"`. Meant for constants of the generator. */
export const money = (plain: string): Money => {
  const [whole = "0", decimals = ""] = plain.split(".")
  return BigInt(whole) * one + BigInt(decimals.padEnd(18, "0"))
}

/** One unit of the last place of a currency with that many decimals. */
export const lastPlace = (places: number): Money => 10n ** BigInt(18 - places)

/** Drops what lies beyond the given number of decimals (towards zero), so that a share never exceeds its whole. */
export const floorTo = (amount: Money, places: number): Money => amount - (amount % lastPlace(places))

/** The product of an amount and a rate, both in units of 10^-18; what lies beyond the 18th decimal is dropped. */
export const times = (amount: Money, rate: Money): Money => (amount * rate) / one

/** The quotient of two amounts, as a rate in units of 10^-18. */
export const over = (amount: Money, divisor: Money): Money => (amount * one) / divisor

/** A plain decimal with exactly that many decimals, without an exponent: `formatMoney(money("5"), 2)` is `"5.00"`. */
export const formatMoney = (amount: Money, places: number): string => {
  const sign = amount < 0n ? "-" : ""
  const digits = (amount < 0n ? -amount : amount).toString().padStart(19, "0")
  const whole = digits.slice(0, -18)
  return places === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-18, places - 18 || undefined)}`
}
