/** The shape of an amount that the store can hold exactly: DECIMAL(38,18). Source: docs/partner-api.md, "Money". */
const moneyShape = /^-?\d{1,20}(?:\.\d{1,18})?$/

/** Null when the text is an amount, else what is wrong with it. */
export const moneyFault = (value: string): string | null => {
  if (moneyShape.test(value)) return null
  const shown = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (/^-?\d+\.\d{19,}$/.test(value)) return `${shown} has more than 18 decimals`
  if (/^-?\d{21,}(?:\.\d+)?$/.test(value)) return `${shown} has more than 20 digits before the point`
  return `${shown} is not a plain decimal`
}
