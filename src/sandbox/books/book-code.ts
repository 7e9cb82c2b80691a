/** The checks of the partner's own books (design of the checks: LEDG_) for which the sandbox can seed a fault. */
export const bookCodes = [
  "LEDG_MISSING_HERE",
  "LEDG_MISSING_THERE",
  "LEDG_AMOUNT",
  "LEDG_CURRENCY",
  "LEDG_DATE",
  "LEDG_DUPLICATE",
  "LEDG_AMBIGUOUS",
  "LEDG_INVALID",
] as const

export type BookCode = (typeof bookCodes)[number]
