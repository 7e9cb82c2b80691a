const scale = 18

/** An exact decimal as a count of 10⁻¹⁸, by string handling alone: the tests' own arithmetic. */
export const unitsOf = (text: string): bigint => {
  const negative = text.startsWith("-")
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".")
  const units = BigInt(whole + fraction.padEnd(scale, "0"))
  return negative ? -units : units
}

/** The count of 10⁻¹⁸ as DECIMAL(38,18) is written: always 18 decimals, no leading zeros. */
export const textOf = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0")
  return `${units < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
