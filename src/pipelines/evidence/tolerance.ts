import { quoteText } from "../../store/describe-table.ts"

/**
 * SQL for what may differ: the larger of an absolute amount and a share of the expected amount; zero unless configured.
 * The tolerance is that of the check that runs, or of the one that is named.
 */
export const toleranceOf = (currency: string, expected: string, code?: string): string =>
  `recon.tolerance(${code === undefined ? "getvariable('check_code')" : quoteText(code)}, ${currency}, ${expected})`
