/** The shape of an amount that the store can hold exactly: DECIMAL(38,18). Source: docs/partner-api.md, "Money". */
const moneyShape = /^-?\d{1,20}(?:\.\d{1,18})?$/

/** Null when the text is an amount, else what is wrong with it, to be said after it. */
export const moneyFault = (value: string): string | null => {
  if (moneyShape.test(value)) return null
  if (/^-?\d+\.\d{19,}$/.test(value)) return "has more than 18 decimals"
  if (/^-?\d{21,}(?:\.\d+)?$/.test(value)) return "has more than 20 digits before the point"
  return "is not a plain decimal"
}
