const scale = 18

/**
 * A plain decimal text as a count of 10⁻¹⁸, exactly; null where it is no plain decimal or has more than 18 decimals. Digits
 * on one side of the point suffice, as xs:decimal has it.
 */
export const unitsOf = (text: string): bigint | null => {
  const match = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d{0,18}))?$/.exec(text)
  if (match === null) return null
  const [, sign = "", whole = "", fraction = ""] = match
  const units = BigInt(whole + fraction.padEnd(scale, "0"))
  return sign === "-" ? -units : units
}

/** The count of 10⁻¹⁸ as a plain decimal without zeros at its end. */
export const textOfUnits = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0")
  const fraction = digits.slice(-scale).replace(/0+$/, "")
  return `${units < 0n ? "-" : ""}${digits.slice(0, -scale)}${fraction === "" ? "" : `.${fraction}`}`
}
