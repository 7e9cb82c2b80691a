/** The checks (design, section 5) for which the sandbox can seed a fault. */
export const breakCodes = [
  "COV_INCOMPLETE",
  "COV_VANISHED",
  "COV_LATE_ARRIVAL",
  "REC_INVALID",
  "REC_UNKNOWN_STATUS",
  "REC_ARITHMETIC",
  "REC_MUTATED",
  "REC_STATUS_REGRESSION",
  "LED_MISSING_TRANSACTION",
  "LED_MISSING_PRODUCT",
  "LED_DUPLICATE_TRANSACTION",
  "LED_AMOUNT_MISMATCH",
  "LED_FEE_MISMATCH",
  "LED_CURRENCY_MISMATCH",
  "LED_DIRECTION_MISMATCH",
  "LED_OWNER_MISMATCH",
  "LED_STATUS_MISMATCH",
  "AGE_STUCK",
  "AGE_TRAVEL_RULE",
  "BAL_COMPONENTS",
  "BAL_NEGATIVE",
  "BAL_INCEPTION",
  "BAL_ROLLFORWARD",
  "BAL_UNSTATED",
] as const

export type BreakCode = (typeof breakCodes)[number]

export type Severity = "critical" | "high" | "medium" | "low"
