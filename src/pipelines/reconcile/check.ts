import type { Severity } from "../configuration/file.ts"

/**
 * One rule that can find exceptions. The query returns one row for each exception with any of the columns of
 * `findingColumns`; it may use the tables of the store, those that `matching.ts` and `ground.ts` prepare, and the
 * variables `run`, `started_at` and those named below, which hold the check's own settings while it runs.
 */
export interface Check {
  readonly code: string
  readonly severity: Severity
  readonly family:
    | "coverage"
    | "records"
    | "ledger"
    | "books"
    | "duplicates"
    | "hashes"
    | "age"
    | "conversions"
    | "refunds"
    | "collections"
    | "balances"
  /** One sentence; printed by `tidemark checks`. Source: design, section 5. */
  readonly definition: string
  readonly query: string
  /** Returns one number: the cases that could not be judged for lack of proof. Null where the check needs no absence. */
  readonly unproven: string | null
  /** What makes a case unproven, in a sentence; for checks that have an `unproven` query. */
  readonly unprovenWhen?: string
  /**
   * Returns `stream` and `record_id` of cases that could not be judged: an open exception of one of them is not resolved.
   * Needed only where neither the judged movements nor the sums of a balance say so already.
   */
  readonly unjudged?: string
  /**
   * The settings that the check answers to; any other is refused. grace: the variable `grace` is an interval.
   * tolerance: `toleranceOf` is the check's own.
   */
  readonly takes?: ReadonlyArray<CheckSetting>
  /**
   * Hours that the rule waits, unless configured otherwise: one number, which the variable `limit_hours` holds, or one for
   * each stream, which the table `limits` holds with the check's code.
   */
  readonly limitHours?: number | Readonly<Record<string, number>>
  /** A fault that the check finds, in a sentence or two; printed by `tidemark checks --explain`. */
  readonly finds?: string
  /** A near miss on which it stays silent. */
  readonly silent?: string
}

export type CheckSetting = "grace" | "tolerance"

/**
 * What a check's query may return; columns that it leaves out are NULL. One that gives no currency is taken to be about its
 * record's amount (record-money.ts).
 */
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
