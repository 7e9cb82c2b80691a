import { Data, Effect } from "effect"
import { sha256Hex } from "../../api/signing.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration/settings.ts"
import { publishedText } from "../evidence/publish.ts"
import { tidemarkItself } from "../exceptions/event-log.ts"
import type { CheckFile } from "./check-file.ts"
import { casesSql } from "./run-checks.ts"

/**
 * The same rows were judged twice by the same checks and configuration, with another result. No figure of the run may be
 * trusted then, so the run fails. Source: docs/rules.md, "Determinism".
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
const rests = "code NOT IN (SELECT code FROM recon.check_settings WHERE family = 'books')"

/** Every figure of the judgement in one order. */
const judgementSql = `
  WITH line AS (
    SELECT concat_ws('|', 'finding', exception_id, outcome, severity, coalesce(counterpart_id, '-'), coalesce(expected::VARCHAR, '-'),
      coalesce(actual::VARCHAR, '-'), coalesce(tolerance::VARCHAR, '-'), detail) AS line
    FROM recon.finding WHERE ${rests}
    UNION ALL
    SELECT concat_ws('|', 'conservation', side, currency, category, items, coalesce(amount::VARCHAR, '-'))
    FROM recon.conservation WHERE run_id = recon.run()
    UNION ALL
    SELECT concat_ws('|', 'rollforward', customer_id, currency, coalesce(network, '-'), coalesce(opening::VARCHAR, '-'), coalesce(computed_closing::VARCHAR, '-'),
      coalesce(reported_closing::VARCHAR, '-'), status)
    FROM recon.rollforward WHERE run_id = recon.run()
    UNION ALL
    SELECT concat_ws('|', 'result', code, severity, found, unproven)
    FROM recon.check_results WHERE run_id = recon.run() AND ${rests}
  )
  SELECT recon.run() AS run_id, sha256(coalesce(string_agg(line, chr(10) ORDER BY line), '')) AS judgement FROM line`

/** Exceptions that this run's earlier judgement saw, against what is found now. */
const differenceSql = `
  WITH earlier AS (
    SELECT exception_id, code, record_id, expected, actual, detail FROM recon.exceptions
    WHERE last_seen_run = recon.run() AND ${rests}
  ),
  now AS (SELECT exception_id, code, record_id, expected, actual, detail FROM recon.finding WHERE outcome = 'exception' AND ${rests})
  SELECT coalesce(now.code, earlier.code) AS code, coalesce(now.record_id, earlier.record_id) AS record_id,
    CASE WHEN earlier.exception_id IS NULL THEN 'found only now' WHEN now.exception_id IS NULL THEN 'found only before'
      ELSE 'with other figures' END AS seen
  FROM earlier FULL OUTER JOIN now USING (exception_id)
  WHERE earlier.exception_id IS NULL OR now.exception_id IS NULL OR earlier.expected IS DISTINCT FROM now.expected
    OR earlier.actual IS DISTINCT FROM now.actual OR earlier.detail IS DISTINCT FROM now.detail
  ORDER BY ALL LIMIT 20`

/** What the run has read, and what people did before it was judged: with more of either, another result is no surprise. */
const premisesSql = `
  SELECT concat_ws('|',
    (SELECT sha256(coalesce(string_agg(concat_ws('|', customer_id, stream, state, chain_sha256, records), chr(10) ORDER BY customer_id, stream), ''))
     FROM recon.coverage WHERE run_id = recon.run()),
    (SELECT coalesce(max(event_no), 0) FROM recon.exception_events WHERE who <> '${tidemarkItself}')) AS premises`

/** The rules of a judgement, every statement that judges among them: with others, another result is no surprise. */
const rulesOf = (checks: ReadonlyArray<CheckFile>, configuration: Configuration): string =>
  [configuration.sha256, publishedText, casesSql(checks)].join("\n")

/**
 * Compares what was found with what the same run's earlier judgement found, where the same rules made it, and puts the
 * result on record for the next one. Reads `finding`, before exceptions are carried on.
 */
export const checkDeterminism = (
  sql: Sql,
  checks: ReadonlyArray<CheckFile>,
  configuration: Configuration,
): Effect.Effect<void, StoreError | DeterminismBroken> =>
  Effect.gen(function* () {
    const [given] = yield* sql.rows<{ premises: string }>(premisesSql)
    const rules = sha256Hex(`${rulesOf(checks, configuration)}\n${given?.premises}`)
    const [now] = yield* sql.rows<{ run_id: string; judgement: string }>(judgementSql)
    const [earlier] = yield* sql.rows<{ judgement_sha256: string | null }>(
      "SELECT judgement_sha256 FROM recon.runs WHERE run_id = recon.run() AND judged_by_sha256 = $1",
      [rules],
    )
    if (now === undefined) return
    if (earlier !== undefined && earlier.judgement_sha256 !== now.judgement) {
      const findings = yield* sql.rows<DeterminismBroken["findings"][number]>(differenceSql)
      return yield* new DeterminismBroken({ runId: now.run_id, findings })
    }
    yield* sql.run("UPDATE recon.runs SET judged_by_sha256 = $1, judgement_sha256 = $2 WHERE run_id = recon.run()", [
      rules,
      now.judgement,
    ])
  })
