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

const keepFailed = (sql: Sql, runId: string, failed: ReadonlyArray<FailedTry>): Effect.Effect<void, StoreError> => {
  const column = (value: (row: FailedTry) => string | number | null): ReadonlyArray<string | null> =>
    failed.map((row) => {
      const given = value(row)
      return given === null ? null : String(given)
    })
  return sql.run(
    `INSERT INTO recon.failed_requests BY NAME
     SELECT $1 AS run_id, unnest($2)::TIMESTAMPTZ AS failed_at, unnest($3) AS request_id, unnest($4) AS api_request_id,
       unnest($5) AS customer_id, unnest($6) AS stream, unnest($7) AS endpoint, unnest($8)::INTEGER AS attempt,
       unnest($9) AS failure, unnest($10)::INTEGER AS status, unnest($11) AS problem_code, unnest($12)::BIGINT AS waited_ms`,
    [
      runId,
      column((row) => iso(row.failedAtMillis)),
      column((row) => row.requestId),
      column((row) => row.apiRequestId),
      column((row) => row.customerId),
      column((row) => row.stream),
      column((row) => row.endpoint),
      column((row) => row.attempt),
      column((row) => row.failure),
      column((row) => row.status),
      column((row) => row.problemCode),
      column((row) => (row.waitedMillis === null ? null : Math.round(row.waitedMillis))),
    ],
  )
}

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
