import { Data, Effect } from "effect"
import { sha256Hex } from "../../api/signing.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Check } from "./check.ts"

/**
 * The same rows were judged twice by the same checks and configuration, with another result. No figure of the run may be
 * trusted then, so the run fails. Source: design, section 5 "determinism".
 */
export class DeterminismBroken extends Data.TaggedError("DeterminismBroken")<{
  readonly runId: string
  /** Findings that only one of the two judgements has; empty where they differ in roll-forward or conservation alone. */
  readonly findings: ReadonlyArray<{ readonly code: string; readonly record_id: string; readonly seen: string }>
}> {
  override get message(): string {
    const found = this.findings.map(({ code, record_id, seen }) => `${code} ${record_id} (${seen})`)
    const what = found.length === 0 ? "its roll-forward or its conservation differs" : found.join("; ")
    return `run ${this.runId} was judged anew by the same rules, with another result, so none of its figures may be used: ${what}`
  }
}

/** What partners import of their own books may change between two judgements of a run, and nothing else may. */
const rests = "NOT starts_with(code, 'BOOK_')"

/** Every figure of the judgement in one order. */
const judgementSql = `
  WITH line AS (
    SELECT concat_ws('|', 'finding', exception_id, severity, coalesce(counterpart_id, '-'), coalesce(expected::VARCHAR, '-'),
      coalesce(actual::VARCHAR, '-'), coalesce(tolerance::VARCHAR, '-'), detail) AS line
    FROM finding WHERE ${rests}
    UNION ALL
    SELECT concat_ws('|', 'conservation', side, currency, category, items, coalesce(amount::VARCHAR, '-'))
    FROM recon.conservation WHERE run_id = getvariable('run')
    UNION ALL
    SELECT concat_ws('|', 'rollforward', customer_id, currency, coalesce(opening::VARCHAR, '-'), coalesce(computed_closing::VARCHAR, '-'),
      coalesce(reported_closing::VARCHAR, '-'), status)
    FROM recon.rollforward WHERE run_id = getvariable('run')
    UNION ALL
    SELECT concat_ws('|', 'result', code, severity, found, unproven)
    FROM recon.check_results WHERE run_id = getvariable('run') AND ${rests}
  )
  SELECT getvariable('run') AS run_id, sha256(coalesce(string_agg(line, chr(10) ORDER BY line), '')) AS judgement FROM line`

/** Exceptions that this run's earlier judgement saw, against what is found now. */
const differenceSql = `
  WITH earlier AS (
    SELECT exception_id, code, record_id, expected, actual, detail FROM recon.exceptions
    WHERE last_seen_run = getvariable('run') AND ${rests}
  ),
  now AS (SELECT exception_id, code, record_id, expected, actual, detail FROM finding WHERE ${rests})
  SELECT coalesce(now.code, earlier.code) AS code, coalesce(now.record_id, earlier.record_id) AS record_id,
    CASE WHEN earlier.exception_id IS NULL THEN 'found only now' WHEN now.exception_id IS NULL THEN 'found only before'
      ELSE 'with other figures' END AS seen
  FROM earlier FULL OUTER JOIN now USING (exception_id)
  WHERE earlier.exception_id IS NULL OR now.exception_id IS NULL OR earlier.expected IS DISTINCT FROM now.expected
    OR earlier.actual IS DISTINCT FROM now.actual OR earlier.detail IS DISTINCT FROM now.detail
  ORDER BY ALL LIMIT 20`

/** The rules of a judgement: with others, another result is no surprise. */
const rulesHash = (checks: ReadonlyArray<Check>, configuration: Configuration): string =>
  sha256Hex(
    [configuration.sha256, ...checks.map(({ code, query, unproven }) => [code, query, unproven ?? ""].join("\n"))].join(
      "\n",
    ),
  )

/**
 * Compares what was found with what the same run's earlier judgement found, where the same rules made it, and puts the
 * result on record for the next one. Reads `finding`, before exceptions are carried on.
 */
export const checkDeterminism = (
  sql: Sql,
  checks: ReadonlyArray<Check>,
  configuration: Configuration,
): Effect.Effect<void, StoreError | DeterminismBroken> =>
  Effect.gen(function* () {
    const rules = rulesHash(checks, configuration)
    const [now] = yield* sql.rows<{ run_id: string; judgement: string }>(judgementSql)
    const [earlier] = yield* sql.rows<{ judgement_sha256: string | null }>(
      "SELECT judgement_sha256 FROM recon.runs WHERE run_id = getvariable('run') AND judged_by_sha256 = $1",
      [rules],
    )
    if (now === undefined) return
    if (earlier !== undefined && earlier.judgement_sha256 !== now.judgement) {
      const findings = yield* sql.rows<DeterminismBroken["findings"][number]>(differenceSql)
      return yield* new DeterminismBroken({ runId: now.run_id, findings })
    }
    yield* sql.run(
      "UPDATE recon.runs SET judged_by_sha256 = $1, judgement_sha256 = $2 WHERE run_id = getvariable('run')",
      [rules, now.judgement],
    )
  })
