import { toleranceOf } from "../reconcile/tolerance.ts"

/** What a line and its transaction may differ by: the tolerance of LEDG_AMOUNT, of the currency's own amount. */
export const ledgerTolerance = (currency: string, expected: string): string =>
  toleranceOf(currency, expected, "LEDG_AMOUNT")

/** Whether a currency has a tolerance at all. */
export const hasTolerance = (currency: string): string =>
  `(absolute_of('LEDG_AMOUNT', ${currency}) > 0 OR rate_of('LEDG_AMOUNT', ${currency}) > 0)`
