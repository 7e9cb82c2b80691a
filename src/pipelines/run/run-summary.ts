import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { CoverageState } from "../../store/tables.ts"
import { type Severity, severities } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"

/** What a person wants to know of a run at once, and what its exit code is decided by. */
export interface RunSummary {
  readonly runId: string
  readonly verdict: "CLEAN" | "EXCEPTIONS" | "PARTIAL"
  readonly coverage: Readonly<Record<CoverageState, number>>
  readonly partitions: number
  readonly pages: number
  readonly records: number
  readonly quarantined: number
  readonly requests: number
  readonly retries: number
  /** What was met on the way, the commonest first; only classes that were met. */
  readonly retriesByClass: ReadonlyArray<RetriesOfClass>
  /** Waited before tries, over all requests together, so that it may be more than the run took. */
  readonly waitedMillis: number
  /** Of page bodies, as received. */
  readonly bytes: number
  /** Records that came more than once. */
  readonly duplicates: number
  /** How often the run was taken up again after its process had ended. */
  readonly resumed: number
  /** Exceptions that are neither resolved nor written off. */
  readonly exceptions: Readonly<Record<Severity, number>>
  readonly byCode: ReadonlyArray<{ readonly code: string; readonly severity: Severity; readonly count: number }>
  /** Why lists were not read to their end: the three commonest reasons, the commonest first. */
  readonly failures: ReadonlyArray<{ readonly reason: string; readonly lists: number }>
  /** Cases that could not be judged for lack of proof. */
  readonly unproven: number
  /** What a person should know besides: settings that name nothing, for one. */
  readonly notes: ReadonlyArray<string>
}

export interface RetriesOfClass {
  /** As tidemark policy lists them. */
  readonly failure: string
  /** Tries that failed so. */
  readonly failures: number
  /** Tries made because of it. */
  readonly retries: number
  readonly waitedMillis: number
}

const noCoverage: Record<CoverageState, number> = { COMPLETE: 0, NOT_APPLICABLE: 0, PARTIAL: 0, DENIED: 0, FAILED: 0 }

const live = "state IN ('open', 'acknowledged', 'reopened')"

export const summarize = (sql: Sql, runId: string): Effect.Effect<RunSummary, StoreError> =>
  Effect.gen(function* () {
    const [run] = yield* sql.rows<{
      partitions: bigint
      pages: bigint
      records: bigint
      requests: bigint
      retries: bigint
      waited: bigint
      bytes: bigint
      resumed: number
      duplicates: bigint
      quarantined: bigint
    }>(
      `SELECT partitions, coalesce(pages, 0) AS pages, coalesce(records, 0) AS records, coalesce(requests, 0) AS requests,
         coalesce(retries, 0) AS retries, coalesce(waited_ms, 0) AS waited, coalesce(bytes, 0) AS bytes, coalesce(resumed, 0) AS resumed,
         coalesce(duplicates, (SELECT sum(duplicate_records) FROM recon.coverage WHERE run_id = $1), 0)::BIGINT AS duplicates,
         coalesce(quarantined, (SELECT count(*) FROM raw.quarantine WHERE run_id = $1)) AS quarantined
       FROM recon.runs WHERE run_id = $1`,
      [runId],
    )
    const byClass = yield* sql.rows<{ failure: string; failures: bigint; retries: bigint; waited: bigint }>(
      `SELECT failure, failures, retries, waited_ms AS waited FROM recon.run_retries WHERE run_id = $1
       ORDER BY failures DESC, failure`,
      [runId],
    )
    const states = yield* sql.rows<{ state: CoverageState; partitions: bigint }>(
      "SELECT state, count(*) AS partitions FROM recon.coverage WHERE run_id = $1 GROUP BY state",
      [runId],
    )
    const codes = yield* sql.rows<{ code: string; severity: Severity; count: bigint }>(
      `SELECT code, severity, count(*) AS count FROM recon.exceptions WHERE ${live} GROUP BY code, severity
       ORDER BY list_position(['critical', 'high', 'medium', 'low', 'info'], severity), code`,
    )
    const [counts] = yield* sql.rows<{ unproven: bigint }>(
      "SELECT coalesce(sum(unproven), 0)::BIGINT AS unproven FROM recon.check_results WHERE run_id = $1",
      [runId],
    )
    const notes = yield* sql.rows<{ note: string }>("SELECT note FROM recon.notes WHERE run_id = $1 ORDER BY note", [
      runId,
    ])
    const failures = yield* sql.rows<{ reason: string; lists: bigint }>(
      `SELECT regexp_replace(reason, '(; | \\()request [^)]*\\)', '') AS reason, count(*) AS lists
       FROM recon.coverage WHERE run_id = $1 AND state IN ('PARTIAL', 'DENIED', 'FAILED')
       GROUP BY ALL ORDER BY lists DESC, reason LIMIT 3`,
      [runId],
    )
    const coverage = { ...noCoverage, ...Object.fromEntries(states.map((row) => [row.state, Number(row.partitions)])) }
    const exceptions = Object.fromEntries(
      severities.map((severity) => [
        severity,
        codes.filter((row) => row.severity === severity).reduce((sum, row) => sum + Number(row.count), 0),
      ]),
    ) as Record<Severity, number>
    const complete = coverage.PARTIAL + coverage.DENIED + coverage.FAILED === 0
    return {
      runId,
      verdict: !complete ? "PARTIAL" : codes.length > 0 ? "EXCEPTIONS" : "CLEAN",
      coverage,
      partitions: Number(run?.partitions ?? 0n),
      pages: Number(run?.pages ?? 0n),
      records: Number(run?.records ?? 0n),
      quarantined: Number(run?.quarantined ?? 0n),
      requests: Number(run?.requests ?? 0n),
      retries: Number(run?.retries ?? 0n),
      retriesByClass: byClass.map(({ failure, failures, retries, waited }) => ({
        failure,
        failures: Number(failures),
        retries: Number(retries),
        waitedMillis: Number(waited),
      })),
      waitedMillis: Number(run?.waited ?? 0n),
      bytes: Number(run?.bytes ?? 0n),
      duplicates: Number(run?.duplicates ?? 0n),
      resumed: run?.resumed ?? 0,
      exceptions,
      byCode: codes.map((row) => ({ ...row, count: Number(row.count) })),
      failures: failures.map((row) => ({ ...row, lists: Number(row.lists) })),
      unproven: Number(counts?.unproven ?? 0n),
      notes: notes.map(({ note }) => note),
    }
  })

/** What a run ends with. Source: design, section 7: 4 outranks 3. */
export const exitCodeOf = (summary: RunSummary, failOn: Configuration["failOn"]): 0 | 3 | 4 => {
  if (summary.verdict === "PARTIAL") return 4
  const least = Math.max(...failOn.map((word) => (word === "unproven" ? -1 : severities.indexOf(word))))
  const isGrave = severities.slice(0, least + 1).some((severity) => summary.exceptions[severity] > 0)
  return isGrave || (failOn.includes("unproven") && summary.unproven > 0) ? 3 : 0
}
