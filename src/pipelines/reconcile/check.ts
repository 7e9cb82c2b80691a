import type { Severity } from "../configuration.ts"

/**
 * One rule that can find exceptions. The query returns one row for each exception with any of the columns of
 * `findingColumns`; it may use the tables of the store, those that `matching.ts` and `ground.ts` prepare, and the
 * variables `run` and `started_at`.
 */
export interface Check {
  readonly code: string
  readonly severity: Severity
  readonly family: "coverage" | "records" | "ledger" | "age" | "balances"
  /** One sentence; printed by `tidemark checks`. Source: design, section 5. */
  readonly definition: string
  readonly query: string
  /** Returns one number: the cases that could not be judged for lack of proof. Null where the check needs no absence. */
  readonly unproven: string | null
}

/** What a check's query may return; columns that it leaves out are NULL. */
export const findingColumns = {
  stream: "VARCHAR",
  record_id: "VARCHAR",
  leg: "VARCHAR",
  counterpart_id: "VARCHAR",
  customer_id: "VARCHAR",
  currency: "VARCHAR",
  expected: "DECIMAL(38,18)",
  actual: "DECIMAL(38,18)",
  tolerance: "DECIMAL(38,18)",
  /** Only where an exception's severity differs from its check's. */
  severity: "VARCHAR",
  detail: "VARCHAR",
} as const
