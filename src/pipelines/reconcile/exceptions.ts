import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration.ts"
import { type Check, findingColumns } from "./check.ts"

const columns = Object.keys(findingColumns)

/** The check's findings with its code, its severity in force, and the id that the same break keeps night after night. */
const findSql = (check: Check, severity: string): string => `
  INSERT INTO finding BY NAME
  SELECT left(sha256(concat_ws('|', ${quoteText(check.code)}, stream, record_id, leg)), 16) AS exception_id, ${quoteText(check.code)} AS code,
    * REPLACE (coalesce(severity, ${quoteText(severity)}) AS severity)
  FROM (SELECT * FROM no_finding UNION ALL BY NAME (${check.query}))`

/** Runs one check, and puts on record how much it found and how much it could not judge. */
const runCheck = (sql: Sql, check: Check, configuration: Configuration): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const settings = configuration.checks[check.code]
    if (settings?.enabled === false) return
    const severity = settings?.severity ?? check.severity
    // A severity that the user sets is meant for all of the check's exceptions, the graver ones too.
    const query =
      settings?.severity === undefined
        ? check
        : {
            ...check,
            query: `SELECT * REPLACE (NULL AS severity) FROM (SELECT * FROM no_finding UNION ALL BY NAME (${check.query}))`,
          }
    yield* sql.run(findSql(query, severity))
    yield* sql.run(
      `INSERT INTO recon.check_results
       SELECT getvariable('run'), $1, $2, (SELECT count(*) FROM finding WHERE code = $1), (${check.unproven ?? "SELECT 0"})`,
      [check.code, severity],
    )
  })

/**
 * Exceptions live from night to night: found again, a break keeps its row and its first sight; no longer found by a run
 * whose coverage is complete, it is resolved; a resolved one that comes back is reopened. Source: design, "Exceptions live".
 */
const lifeSql: ReadonlyArray<string> = [
  `INSERT INTO recon.exception_events
   SELECT e.exception_id, getvariable('run'), getvariable('started_at'), 'reopened', 'tidemark', NULL
   FROM recon.exceptions AS e SEMI JOIN finding AS f ON f.exception_id = e.exception_id
   WHERE e.state = 'resolved'`,
  `UPDATE recon.exceptions AS e SET
     severity = f.severity, state = CASE e.state WHEN 'resolved' THEN 'reopened' ELSE e.state END,
     counterpart_id = f.counterpart_id, customer_id = f.customer_id, currency = f.currency, expected = f.expected,
     actual = f.actual, difference = TRY(f.actual - f.expected), tolerance = f.tolerance, detail = f.detail,
     last_seen_run = getvariable('run'), last_seen = getvariable('started_at')
   FROM finding AS f WHERE f.exception_id = e.exception_id`,
  `INSERT INTO recon.exception_events
   SELECT exception_id, getvariable('run'), getvariable('started_at'), 'opened', 'tidemark', NULL
   FROM finding ANTI JOIN recon.exceptions USING (exception_id)`,
  `INSERT INTO recon.exceptions
   SELECT exception_id, code, severity, 'open', stream, record_id, leg, counterpart_id, customer_id, currency, expected, actual,
     TRY(actual - expected), tolerance, getvariable('run'), getvariable('started_at'), getvariable('run'), getvariable('started_at'),
     NULL, detail
   FROM finding ANTI JOIN recon.exceptions USING (exception_id)`,
  `CREATE OR REPLACE TEMP TABLE gone AS
   SELECT exception_id FROM recon.exceptions AS e
   ANTI JOIN finding AS f ON f.exception_id = e.exception_id
   WHERE e.state IN ('open', 'acknowledged', 'reopened')
     AND e.code IN (SELECT code FROM recon.check_results WHERE run_id = getvariable('run'))
     AND (SELECT coverage FROM recon.runs WHERE run_id = getvariable('run')) = 'COMPLETE'
     AND (e.customer_id IS NULL OR e.customer_id IN (SELECT customer_id FROM recon.coverage WHERE run_id = getvariable('run')))
     AND NOT EXISTS (
       SELECT 1 FROM recon.judged AS j
       WHERE j.category = 'unproven' AND (j.stream = e.stream AND j.record_id = e.record_id OR j.transaction_id = e.record_id)
     )
     AND NOT EXISTS (
       SELECT 1 FROM summable AS s
       WHERE e.stream = 'balances' AND s.customer_id = e.customer_id AND s.currency = e.currency AND NOT (s.is_proven AND s.balances_proven)
     )`,
  `INSERT INTO recon.exception_events
   SELECT exception_id, getvariable('run'), getvariable('started_at'), 'resolved', 'tidemark', NULL FROM gone`,
  "UPDATE recon.exceptions SET state = 'resolved' WHERE exception_id IN (SELECT exception_id FROM gone)",
]

/** Runs the checks that are switched on and carries every exception on. */
export const findExceptions = (
  sql: Sql,
  checks: ReadonlyArray<Check>,
  configuration: Configuration,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const nothing = columns.map((name) => `NULL::${findingColumns[name as keyof typeof findingColumns]} AS ${name}`)
    yield* sql.run(`CREATE OR REPLACE TEMP TABLE no_finding AS SELECT ${nothing.join(", ")} WHERE FALSE`)
    yield* sql.run(
      "CREATE OR REPLACE TEMP TABLE finding AS SELECT ''::VARCHAR AS exception_id, ''::VARCHAR AS code, * FROM no_finding",
    )
    yield* sql.run("DELETE FROM recon.check_results WHERE run_id = getvariable('run')")
    for (const check of checks) yield* runCheck(sql, check, configuration)
    for (const statement of lifeSql) yield* sql.run(statement)
  })
