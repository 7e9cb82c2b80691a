/** What a line and its transaction may differ by: the tolerance of BOOK_AMOUNT, of the currency's own amount. */
export const bookTolerance = (currency: string, expected: string): string =>
  `recon.tolerance('BOOK_AMOUNT', ${currency}, ${expected})`

/** Whether a currency has a tolerance at all. */
export const hasTolerance = (currency: string): string =>
  `(recon.absolute_tolerance('BOOK_AMOUNT', ${currency}) > 0 OR recon.tolerance_rate('BOOK_AMOUNT', ${currency}) > 0)`
