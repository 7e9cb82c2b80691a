import { Effect, Struct } from "effect"
import type { Sql } from "../../store/database.ts"
import type { CoverageState } from "../../store/states.ts"
import type { StoreError } from "../../store/store-error.ts"
import { type Severity, severities } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"
import { kindOfObstacle } from "./kind-of-obstacle.ts"
import { formatMoney } from "./money-format.ts"

/**
 * What a night comes to, in one word. CLEAN: nothing wrong and nothing unproven. ACCEPTED: nothing but what people
 * accepted. UNPROVEN: nothing wrong, and some of it could not be judged. Source: docs/rules.md, "Verdicts".
 */
export const verdicts = ["CLEAN", "ACCEPTED", "UNPROVEN", "EXCEPTIONS", "PARTIAL"] as const
export type Verdict = (typeof verdicts)[number]

/** Money by currency, as plain decimals; what has no amount is counted. */
export interface Stake {
  /** Null for cases that are about no amount. */
  readonly currency: string | null
  readonly amount: string | null
  readonly cases: number
}

/** What a person wants to know of a run at once, and what its exit code is decided by. */
export interface RunSummary {
  readonly runId: string
  readonly verdict: Verdict
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
  /** How long the whole run held for the API's limit, and because nobody answered; milliseconds. */
  readonly held: { readonly limitedMillis: number; readonly refusals: number; readonly silentMillis: number }
  /** Of page bodies, as received. */
  readonly bytes: number
  /** Records that came more than once. */
  readonly duplicates: number
  /** How often the run was taken up again after its process had ended. */
  readonly resumed: number
  /** Exceptions that are neither resolved nor written off, of customers who are on the roster. */
  readonly exceptions: Readonly<Record<Severity, number>>
  readonly byCode: ReadonlyArray<{ readonly code: string; readonly severity: Severity; readonly count: number }>
  /** Why lists were not read to their end: the three commonest reasons, the commonest first. */
  readonly failures: ReadonlyArray<{ readonly reason: string; readonly lists: number }>
  /** What those exceptions are about. */
  readonly atStake: ReadonlyArray<Stake>
  /** What happened to exceptions in this run. */
  readonly changes: { readonly opened: number; readonly reopened: number; readonly resolved: number }
  /** Exceptions that people wrote off, and that still stand as they were. */
  readonly accepted: number
  readonly acceptedStake: ReadonlyArray<Stake>
  /** Live exceptions about customers who are not on tonight's roster: listed, and they decide nothing. */
  readonly ofAbsentCustomers: number
  /** Cases that could not be judged for lack of proof. */
  readonly unproven: number
  readonly unprovenStake: ReadonlyArray<Stake>
  /** By check and what stands in the way, the commonest first. */
  readonly unprovenBy: ReadonlyArray<{ readonly code: string; readonly obstacle: string; readonly cases: number }>
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

/** Live exceptions that decide the run. */
export const counted = "recon.is_live(state) AND recon.counts_in($1, customer_id, last_seen_run)"

/** Rows with their counts as numbers: none comes near what a number cannot hold. */
const rowsOf = <R>(sql: Sql, text: string, runId: string): Effect.Effect<ReadonlyArray<R>, StoreError> =>
  Effect.map(sql.rows(text, [runId]), (rows) =>
    rows.map((row) => {
      const values = Object.entries(row).map(([name, value]) => [
        name,
        typeof value === "bigint" ? Number(value) : value,
      ])
      return Object.fromEntries(values) as R
    }),
  )

/** The row of a query that always gives one. */
const rowOf = <R>(sql: Sql, text: string, runId: string): Effect.Effect<R, StoreError> =>
  Effect.map(rowsOf<R>(sql, text, runId), ([row]) => row as R)

/** Sums of at_stake by currency of the rows that a condition picks, with one parameter: of a run, its id. */
export const stakesOf = (sql: Sql, rows: string, parameter: string): Effect.Effect<ReadonlyArray<Stake>, StoreError> =>
  Effect.map(
    rowsOf<Stake & { readonly places: number | null }>(
      sql,
      `WITH stake AS (SELECT CASE WHEN at_stake IS NOT NULL THEN currency END AS currency, at_stake FROM ${rows}),
       gathered AS (SELECT currency, list(at_stake) AS stakes, count(*) AS cases FROM stake GROUP BY currency)
       SELECT g.currency, CAST(TRY(list_sum(g.stakes)) AS VARCHAR) AS amount, g.cases, c.places
       FROM gathered AS g LEFT JOIN recon.currencies AS c ON c.currency = g.currency
       ORDER BY g.currency NULLS LAST`,
      parameter,
    ),
    (found) =>
      found.map(({ places, ...stake }) => ({
        ...stake,
        amount: stake.amount === null ? null : formatMoney(stake.amount, places ?? 0),
      })),
  )

const accepted = "recon.exceptions WHERE state = 'written_off' AND last_seen_run = $1"
const unproven = "recon.finding WHERE outcome = 'unproven' AND run_id = $1"

/** What the run's own row says. */
type Reading = Pick<
  RunSummary,
  "partitions" | "pages" | "records" | "requests" | "retries" | "waitedMillis" | "bytes"
> &
  Pick<RunSummary, "resumed" | "duplicates" | "quarantined"> &
  RunSummary["held"]

const readingSql = `
  SELECT coalesce(partitions, 0) AS partitions, coalesce(pages, 0) AS pages, coalesce(records, 0) AS records,
    coalesce(requests, 0) AS requests, coalesce(retries, 0) AS retries, coalesce(waited_ms, 0) AS "waitedMillis",
    coalesce(bytes, 0) AS bytes, coalesce(resumed, 0) AS resumed,
    coalesce(duplicates, (SELECT sum(duplicate_records) FROM recon.coverage WHERE run_id = $1), 0)::BIGINT AS duplicates,
    coalesce(quarantined, (SELECT count(*) FROM raw.quarantine WHERE run_id = $1)) AS quarantined,
    coalesce(limited_ms, 0) AS "limitedMillis", coalesce(limit_refusals, 0) AS refusals, coalesce(silent_ms, 0) AS "silentMillis"
  FROM (SELECT $1 AS run_id) LEFT JOIN recon.runs USING (run_id)`

/** What counts of people's acts and of the judgement. */
type Judged = Pick<RunSummary, "accepted" | "ofAbsentCustomers" | "unproven"> & RunSummary["changes"]

const judgedSql = `
  SELECT (SELECT count(*) FROM ${accepted}) AS accepted,
    (SELECT count(*) FROM recon.exceptions WHERE recon.is_live(state) AND NOT recon.counts_in($1, customer_id, last_seen_run)) AS "ofAbsentCustomers",
    (SELECT coalesce(sum(unproven), 0)::BIGINT FROM recon.check_results WHERE run_id = $1) AS unproven,
    count(*) FILTER (event = 'opened') AS opened, count(*) FILTER (event = 'reopened') AS reopened,
    count(*) FILTER (event = 'resolved') AS resolved
  FROM recon.exception_events WHERE run_id = $1`

export const summarize = (sql: Sql, runId: string): Effect.Effect<RunSummary, StoreError> =>
  Effect.gen(function* () {
    const { limitedMillis, refusals, silentMillis, ...reading } = yield* rowOf<Reading>(sql, readingSql, runId)
    const { opened, reopened, resolved, ...judged } = yield* rowOf<Judged>(sql, judgedSql, runId)
    const states = yield* rowsOf<{ readonly state: CoverageState; readonly lists: number }>(
      sql,
      "SELECT state, count(*) AS lists FROM recon.coverage WHERE run_id = $1 GROUP BY state",
      runId,
    )
    const byCode = yield* rowsOf<RunSummary["byCode"][number]>(
      sql,
      `SELECT code, severity, count(*) AS count FROM recon.exceptions WHERE ${counted} GROUP BY code, severity
       ORDER BY recon.severity_order(severity), code`,
      runId,
    )
    const notes = yield* rowsOf<{ note: string }>(
      sql,
      "SELECT note FROM recon.notes WHERE run_id = $1 ORDER BY note",
      runId,
    )
    const coverage = { ...noCoverage, ...Object.fromEntries(states.map(({ lists, state }) => [state, lists])) }
    const exceptions = Object.fromEntries(
      severities.map((severity) => [
        severity,
        byCode.filter((row) => row.severity === severity).reduce((sum, { count }) => sum + count, 0),
      ]),
    ) as Record<Severity, number>
    const verdict = (): Verdict => {
      if (coverage.PARTIAL + coverage.DENIED + coverage.FAILED > 0) return "PARTIAL"
      if (byCode.length > 0) return "EXCEPTIONS"
      if (judged.unproven > 0) return "UNPROVEN"
      return judged.accepted > 0 ? "ACCEPTED" : "CLEAN"
    }
    return {
      runId,
      verdict: verdict(),
      coverage,
      ...reading,
      ...judged,
      retriesByClass: yield* rowsOf<RetriesOfClass>(
        sql,
        `SELECT failure, failures, retries, waited_ms AS "waitedMillis" FROM recon.run_retries WHERE run_id = $1
         ORDER BY failures DESC, failure`,
        runId,
      ),
      held: { limitedMillis, refusals, silentMillis },
      exceptions,
      byCode,
      failures: yield* rowsOf<RunSummary["failures"][number]>(
        sql,
        `SELECT regexp_replace(regexp_replace(reason, '; request [^)]*| \\(request [^)]*\\)', ''), '; asked \\d+ times in .*$', '') AS reason, count(*) AS lists
         FROM recon.coverage WHERE run_id = $1 AND state IN ('PARTIAL', 'DENIED', 'FAILED')
         GROUP BY ALL ORDER BY lists DESC, reason LIMIT 3`,
        runId,
      ),
      atStake: yield* stakesOf(sql, `recon.exceptions WHERE ${counted}`, runId),
      changes: { opened, reopened, resolved },
      acceptedStake: yield* stakesOf(sql, accepted, runId),
      unprovenStake: yield* stakesOf(sql, unproven, runId),
      unprovenBy: yield* rowsOf<RunSummary["unprovenBy"][number]>(
        sql,
        `SELECT code, ${kindOfObstacle("obstacle")} AS obstacle, count(*) AS cases
         FROM ${unproven} GROUP BY ALL ORDER BY cases DESC, code, obstacle LIMIT 5`,
        runId,
      ),
      notes: notes.map(({ note }) => note),
    }
  })

/**
 * What may be said of a run that was read and not judged: how it was read. What stands in the store is the judgement of an
 * earlier night, or none; and of the verdicts PARTIAL alone needs no judgement.
 */
export const readingOf = ({ runId, verdict, ...summary }: RunSummary) => ({
  runId,
  verdict: verdict === "PARTIAL" ? verdict : null,
  ...Struct.omit(
    summary,
    ...(["exceptions", "byCode", "atStake", "changes", "accepted", "acceptedStake"] as const),
    ...(["ofAbsentCustomers", "unproven", "unprovenStake", "unprovenBy"] as const),
  ),
})

/** What a run ends with. Source: docs/rules.md, "Exit codes": 4 outranks 3. */
export const exitCodeOf = (summary: RunSummary, failOn: Configuration["failOn"]): 0 | 3 | 4 => {
  if (summary.verdict === "PARTIAL") return 4
  const least = Math.max(...failOn.map((word) => (word === "unproven" ? -1 : severities.indexOf(word))))
  const isGrave = severities.slice(0, least + 1).some((severity) => summary.exceptions[severity] > 0)
  return isGrave || (failOn.includes("unproven") && summary.unproven > 0) ? 3 : 0
}
