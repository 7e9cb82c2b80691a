import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import { exceptionId } from "../../store/exception-id.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration/settings.ts"
import { type Check, findingColumns } from "./check.ts"
import { settingsInForce } from "./check-settings.ts"
import { recordMoneySql } from "./record-money.ts"

const columns = Object.keys(findingColumns)

/** The check's findings with its code, its severity in force, and the id that the same break keeps night after night. */
const findSql = (check: Check, severity: string): string => `
  INSERT INTO finding BY NAME
  SELECT ${exceptionId(quoteText(check.code))} AS exception_id, ${quoteText(check.code)} AS code,
    * REPLACE (coalesce(severity, ${quoteText(severity)}) AS severity)
  FROM (SELECT * FROM no_finding UNION ALL BY NAME (${check.query}))`

/** Runs one check, and puts on record how much it found and how much it could not judge. */
const runCheck = (sql: Sql, check: Check, configuration: Configuration): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { enabled, graceMinutes, limitHours, severity } = settingsInForce(check, configuration)
    if (!enabled) return
    if (check.takes?.includes("tolerance")) yield* sql.run(`SET VARIABLE check_code = ${quoteText(check.code)}`)
    if (graceMinutes !== null) yield* sql.run(`SET VARIABLE grace = INTERVAL ${graceMinutes} MINUTE`)
    if (typeof limitHours === "number") yield* sql.run(`SET VARIABLE limit_hours = ${limitHours}`)
    // A severity that the user sets is meant for all of the check's exceptions, the graver ones too.
    const query =
      configuration.checks[check.code]?.severity === undefined
        ? check
        : {
            ...check,
            query: `SELECT * REPLACE (NULL AS severity) FROM (SELECT * FROM no_finding UNION ALL BY NAME (${check.query}))`,
          }
    yield* sql.run(findSql(query, severity))
    // What needs no proof is put on record for all such checks together.
    if (check.unproven !== null) {
      yield* sql.run(
        `INSERT INTO recon.check_results
         SELECT getvariable('run'), $1, $2, (SELECT count(*) FROM finding WHERE code = $1), (${check.unproven})`,
        [check.code, severity],
      )
    }
    if (check.unjudged === undefined) return
    yield* sql.run(
      `INSERT INTO unjudged
       SELECT e.code, e.exception_id FROM recon.exceptions AS e
       SEMI JOIN (${check.unjudged}) AS u ON u.stream = e.stream AND u.record_id = e.record_id
       WHERE e.code = $1`,
      [check.code],
    )
    yield* sql.run("INSERT INTO telling_check SELECT $1", [check.code])
  })

/** Results of checks that need no proof of absence, or that had nothing to look at. */
const keepPlainResults = (
  sql: Sql,
  checks: ReadonlyArray<Check>,
  configuration: Configuration,
): Effect.Effect<void, StoreError> => {
  const settings = checks.map((check) => ({ code: check.code, ...settingsInForce(check, configuration) }))
  const enabled = settings.filter((check) => check.enabled)
  return sql.run(
    `INSERT INTO recon.check_results
     SELECT getvariable('run'), c.code, c.severity, count(f.code), 0
     FROM (SELECT unnest($1) AS code, unnest($2) AS severity) AS c LEFT JOIN finding AS f USING (code)
     GROUP BY c.code, c.severity`,
    [enabled.map(({ code }) => code), enabled.map(({ severity }) => severity)],
  )
}

/**
 * Runs the checks that are switched on, and leaves `finding` behind. `idle` ones have nothing to look at: they find
 * nothing, and no query is spent on them.
 */
export const findExceptions = (
  sql: Sql,
  checks: ReadonlyArray<Check>,
  configuration: Configuration,
  idle: (check: Check) => boolean,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const nothing = columns.map((name) => `NULL::${findingColumns[name as keyof typeof findingColumns]} AS ${name}`)
    yield* sql.run(`CREATE OR REPLACE TEMP TABLE no_finding AS SELECT ${nothing.join(", ")} WHERE FALSE`)
    yield* sql.run(
      "CREATE OR REPLACE TEMP TABLE finding AS SELECT ''::VARCHAR AS exception_id, ''::VARCHAR AS code, * FROM no_finding",
    )
    yield* sql.run("CREATE OR REPLACE TEMP TABLE unjudged (code VARCHAR, exception_id VARCHAR)")
    yield* sql.run("CREATE OR REPLACE TEMP TABLE telling_check (code VARCHAR)")
    yield* sql.run("DELETE FROM recon.check_results WHERE run_id = getvariable('run')")
    for (const check of checks) if (!idle(check)) yield* runCheck(sql, check, configuration)
    yield* sql.run(recordMoneySql)
    const plain = checks.filter((check) => idle(check) || check.unproven === null)
    yield* keepPlainResults(sql, plain, configuration)
  })
