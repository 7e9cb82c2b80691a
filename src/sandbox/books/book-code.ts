/** The checks of the partner's own books for which the sandbox can seed a fault. */
export const bookCodes = [
  "BOOK_MISSING_HERE",
  "BOOK_MISSING_THERE",
  "BOOK_AMOUNT",
  "BOOK_CURRENCY",
  "BOOK_DATE",
  "BOOK_DUPLICATE",
  "BOOK_AMBIGUOUS",
  "BOOK_INVALID",
  "BOOK_STATEMENT_GAP",
] as const

export type BookCode = (typeof bookCodes)[number]
