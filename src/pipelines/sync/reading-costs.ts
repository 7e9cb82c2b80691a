import { DateTime, Effect } from "effect"
import type { FailedTry } from "../../api/failed-try.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"

/** What was asked of the API, and what of it failed. */
export interface ReadingCosts {
  /** Requests of the run so far, those before an interruption included. */
  readonly requests: number
  /** Tries that failed since costs were last kept. */
  readonly failed: ReadonlyArray<FailedTry>
}

const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

const keepFailed = (sql: Sql, runId: string, failed: ReadonlyArray<FailedTry>): Effect.Effect<void, StoreError> =>
  Effect.zipRight(
    sql.fill(
      "failed_try",
      {
        failed_at: ["TIMESTAMPTZ", (row) => iso(row.failedAtMillis)],
        request_id: ["VARCHAR", (row) => row.requestId],
        api_request_id: ["VARCHAR", (row) => row.apiRequestId],
        customer_id: ["VARCHAR", (row) => row.customerId],
        stream: ["VARCHAR", (row) => row.stream],
        endpoint: ["VARCHAR", (row) => row.endpoint],
        attempt: ["INTEGER", (row) => row.attempt],
        failure: ["VARCHAR", (row) => row.failure],
        status: ["INTEGER", (row) => row.status],
        problem_code: ["VARCHAR", (row) => row.problemCode],
        waited_ms: ["BIGINT", (row) => (row.waitedMillis === null ? null : Math.round(row.waitedMillis))],
      },
      failed,
    ),
    sql.run("INSERT INTO recon.failed_requests BY NAME SELECT $1 AS run_id, * FROM failed_try", [runId]),
  )

/** Puts the costs on record, so that they are known even of a run whose process was killed. */
export const keepCosts = (
  sql: Sql,
  runId: string,
  { failed, requests }: ReadingCosts,
): Effect.Effect<void, StoreError> =>
  Effect.zipRight(
    failed.length === 0 ? Effect.void : keepFailed(sql, runId, failed),
    sql.run(`UPDATE recon.runs SET requests = ${requests} WHERE run_id = ${quoteText(runId)}`),
  )
