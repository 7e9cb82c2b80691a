/**
 * What a status means for money. `open`: may still move it; `settled`: has moved it; `void`: never will; `undone`: had
 * moved it and took it back; `unknown`: a status outside the contract, which is legal input and is reported.
 */
export type StatusClass = "open" | "settled" | "void" | "undone" | "unknown"

export type StatusTable = Readonly<Record<string, StatusClass>>

/** Deposits, withdrawals, refunds, conversions and collection payments. Source: docs/partner-api.md, "Statuses". */
export const productStatuses: StatusTable = {
  PENDING: "open",
  PROCESSING: "open",
  MISSING_INFO_REQUIRED: "open",
  PENDING_TRAVEL_RULE: "open",
  PENDING_APPROVAL: "open",
  SUBMITTED: "open",
  COMPLETED: "settled",
  FAILED: "void",
  REJECTED: "void",
  CANCELLED: "void",
  EXPIRED: "void",
  REVERSED: "undone",
  REFUNDED: "undone",
}

/** Source: docs/partner-api.md, "Statuses". COMPLETED and REVERSED are posted: both moved the balance. */
export const transactionStatuses: StatusTable = {
  PENDING: "open",
  COMPLETED: "settled",
  FAILED: "void",
  REVERSED: "undone",
}

/** Source: docs/partner-api.md, "Statuses". */
export const quoteStatuses: StatusTable = { ACTIVE: "open", USED: "settled", EXPIRED: "void" }

/** Source: docs/partner-api.md, "Statuses". */
export const checkoutStatuses: StatusTable = {
  OPEN: "open",
  PARTIALLY_PAID: "open",
  PAID: "settled",
  EXPIRED: "void",
  CLOSED: "void",
}
