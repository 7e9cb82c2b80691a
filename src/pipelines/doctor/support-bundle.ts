import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { Database } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { UnknownRun } from "../run/run.ts"

/**
 * What Oceafin's support asks for about a request that failed, and nothing else: no body, no amount, no name, no address of
 * ours. Source: docs/partner-api.md, "Errors".
 */
export interface FailedRequest {
  /** X-Request-Id as we sent it; where only the API's answer is on record, as the API gave it. */
  readonly requestId: string
  /** The request id as the API gave it in its last answer. */
  readonly apiRequestId: string | null
  /** Method and path, without the query; null where only the list is on record. */
  readonly endpoint: string | null
  /** When the last try had failed, ISO 8601 in UTC by our clock; null where that is not on record. */
  readonly time: string | null
  readonly partnerCustomerRef: string | null
  readonly customerId: string
  readonly problemCode: string | null
  readonly status: number | null
  /** Tries that failed. */
  readonly attempts: number
}

export interface SupportBundle {
  readonly version: 1
  readonly runId: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  readonly note: string
  readonly failedRequests: ReadonlyArray<FailedRequest>
}

/** A product that is not enabled is refused by design; that is no failure to ask support about. */
const failedRequests = `
  WITH asked AS (
    SELECT f.* FROM recon.failed_requests AS f
    LEFT JOIN recon.coverage AS c USING (run_id, customer_id, stream)
    WHERE f.run_id = $1 AND NOT (f.failure = 'product_disabled' AND c.state IS NOT DISTINCT FROM 'NOT_APPLICABLE')
  ),
  request AS (
    SELECT request_id, customer_id, endpoint, count(*) AS attempts, max(failed_at) AS failed_at,
      arg_max(api_request_id, attempt) AS api_request_id, arg_max_null(problem_code, attempt) AS problem_code,
      arg_max_null(status, attempt) AS status
    FROM asked GROUP BY request_id, customer_id, endpoint
  ),
  told AS (SELECT request_id FROM recon.failed_requests WHERE run_id = $1
    UNION SELECT api_request_id FROM recon.failed_requests WHERE run_id = $1),
  ended AS (
    SELECT c.request_id, c.customer_id, c.problem_code FROM recon.coverage AS c
    WHERE c.run_id = $1 AND c.state IN ('PARTIAL', 'DENIED', 'FAILED') AND c.request_id IS NOT NULL
      AND c.reason NOT LIKE 'not asked%' AND c.request_id NOT IN (SELECT request_id FROM told WHERE request_id IS NOT NULL)
  ),
  failed AS (
    FROM request UNION ALL BY NAME SELECT *, 1 AS attempts FROM ended
  )
  SELECT request_id AS "requestId", api_request_id AS "apiRequestId", endpoint, failed_at AS time,
    partner_customer_ref AS "partnerCustomerRef", customer_id AS "customerId", problem_code AS "problemCode", status,
    attempts::INTEGER AS attempts
  FROM failed LEFT JOIN main.customers USING (customer_id)
  ORDER BY failed_at NULLS LAST, request_id`

const runOf = (sql: Sql, file: string, only: string | null) =>
  Effect.flatMap(
    sql.rows<{ run_id: string; started_at: string }>(
      "SELECT run_id, started_at FROM recon.runs WHERE $1 IS NULL OR run_id = $1 ORDER BY run_id DESC LIMIT 1",
      [only],
    ),
    ([run]) => (run === undefined ? Effect.fail(new UnknownRun({ file, runId: only })) : Effect.succeed(run)),
  )

const noteOf = (failed: number): string =>
  failed === 0
    ? "No request of this run failed."
    : "Each request that failed, with its last failed try. Product lists that are not enabled are left out."

/** The bundle of a run; null takes the newest, whether it was read to its end or not. */
export const supportBundle = (only: string | null): Effect.Effect<SupportBundle, StoreError | UnknownRun, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const run = yield* runOf(database, database.file, only)
    const failed = yield* database.rows<FailedRequest>(failedRequests, [run.run_id])
    return {
      version: 1,
      runId: run.run_id,
      startedAt: run.started_at,
      note: noteOf(failed.length),
      failedRequests: failed,
    }
  })
