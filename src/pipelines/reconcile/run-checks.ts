import { Array as Arr, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import { exceptionId } from "../../store/exception-id.ts"
import type { StoreError } from "../../store/store-error.ts"
import { severities } from "../configuration/file.ts"
import { type CheckFile, findingColumns } from "./check-file.ts"
import { type OwnCheck, OwnCheckError } from "./checks.ts"
import { graceOverSql } from "./grace.ts"
import { recordMoneySql } from "./record-money.ts"

const names = Object.keys(findingColumns)

/** The state of affairs that a write-off accepts: what the check names, else the money. */
const stateOf = ({ accepts }: CheckFile): string => {
  const columns = accepts.length === 0 ? ["currency", "difference"] : accepts
  const values = columns.map((column) => (column === "difference" ? "TRY(actual - expected)" : column))
  return `CAST(json_array(${values.map((value) => `CAST(${value} AS VARCHAR)`).join(", ")}) AS VARCHAR)`
}

/** What a check's query returns, with its code, and all columns that a case may have. */
const returnedSql = (check: CheckFile): string => {
  const detail = "file" in check ? `coalesce(c.detail, ${quoteText(check.definition)})` : "c.detail"
  return `
  SELECT ${quoteText(check.code)} AS code, ${names.map((name) => (name === "detail" ? `${detail} AS detail` : `c.${name}`)).join(", ")},
    ${stateOf(check)} AS state_of_affairs
  FROM (SELECT * FROM no_case UNION ALL BY NAME (${check.sql}
  )) AS c`
}

/** The cases of some checks, with the severity in force, and the id that the same break keeps night after night. */
export const casesSql = (checks: ReadonlyArray<CheckFile>): string => `
  SELECT ${exceptionId("c.code")} AS exception_id, recon.run() AS run_id, s.family, c.* EXCLUDE (outcome, severity),
    CASE WHEN s.is_enabled THEN coalesce(c.outcome, 'exception') ELSE 'switched off' END AS outcome,
    CASE WHEN s.has_one_severity THEN s.severity ELSE coalesce(c.severity, s.severity) END AS severity
  FROM (${checks.map(returnedSql).join("\n  UNION ALL")}
  ) AS c JOIN recon.check_settings AS s ON s.code = c.code
  -- Whatever a query returns twice is one case, and the worst of them.
  QUALIFY row_number() OVER (
    PARTITION BY exception_id ORDER BY list_position(['exception', 'unproven', 'in flight', 'switched off'], outcome), at_stake DESC, counterpart_id
  ) = 1`

/** Nothing is judged without a check that is in force; what was read is kept, and the next night goes on with it. */
const ownCheckFailed = ({ code, file }: OwnCheck, detail: string): OwnCheckError =>
  new OwnCheckError({
    file,
    line: null,
    problem: `the query fails on what was read: ${detail}; correct it, or switch it off by checks.${code}.enabled, and run tidemark nightly again, which goes on with what was read`,
  })

const outcomes = ["exception", "unproven", "in flight", "switched off"]

const oneOf = (words: ReadonlyArray<string>): string => words.map(quoteText).join(", ")

/** A row of the partner's own that no count would have, or that nobody could find again. */
const strayRowSql = `
  SELECT CASE
    WHEN record_id IS NULL THEN 'a row has no record_id'
    WHEN outcome NOT IN (${oneOf(outcomes)}) THEN concat('a row has the outcome ', outcome, ', which is not exception, unproven or in flight')
    WHEN severity NOT IN (${oneOf(severities)}) THEN concat('a row has the severity ', severity, ${quoteText(`, which is none of ${severities.join(", ")}`)})
  END AS stray
  FROM recon.finding WHERE code = $1 AND stray IS NOT NULL ORDER BY stray LIMIT 1`

/** To start a statement costs milliseconds whatever it finds; more than this many at once cost more to plan than they save. */
const together = 8

const runTogether = (sql: Sql, checks: ReadonlyArray<CheckFile>) =>
  sql.runUntilStopped(`INSERT INTO recon.finding BY NAME ${casesSql(checks)}`)

const runOwnCheck = (sql: Sql, check: OwnCheck) =>
  Effect.gen(function* () {
    yield* Effect.mapError(runTogether(sql, [check]), ({ detail }) => ownCheckFailed(check, detail))
    const [found] = yield* sql.rows<{ stray: string }>(strayRowSql, [check.code])
    if (found !== undefined) return yield* ownCheckFailed(check, found.stray)
  })

/**
 * Of a record's money one code speaks. What a person accepted under one stays accepted under it while the state of affairs is that
 * one, though another code would tell it now: a transaction that is PENDING or FAILED came to a record that had none, or went.
 */
const acceptedCodeSql = `
  UPDATE recon.finding SET exception_id = e.exception_id, code = e.code
  FROM (
    SELECT x.*, s.family FROM recon.exceptions AS x JOIN recon.check_settings AS s ON s.code = x.code AND s.is_enabled
    ANTI JOIN recon.finding AS f ON f.exception_id = x.exception_id
    WHERE x.state = 'written_off'
  ) AS e
  WHERE finding.outcome = 'exception' AND finding.family = 'ledger' AND e.family = 'ledger' AND finding.stream <> 'transactions'
    AND e.stream = finding.stream AND e.record_id = finding.record_id AND recon.names_that_count(e.leg) IS NOT DISTINCT FROM finding.leg
    AND recon.names_that_count(e.state_of_affairs) = recon.names_that_count(finding.state_of_affairs)`

/** A break whose currency or network has another name since keeps the id that it had under the former one. */
const formerNameSql = `
  UPDATE recon.finding SET exception_id = e.exception_id
  FROM (
    SELECT x.exception_id, x.code, x.stream, recon.names_that_count(x.record_id) AS record_id, recon.names_that_count(x.leg) AS leg
    FROM recon.exceptions AS x ANTI JOIN recon.finding AS f USING (exception_id)
    WHERE x.state <> 'resolved'
    QUALIFY row_number() OVER (PARTITION BY x.code, x.stream, recon.names_that_count(x.record_id), recon.names_that_count(x.leg) ORDER BY x.first_seen, x.exception_id) = 1
  ) AS e
  WHERE e.code = finding.code AND e.stream = finding.stream AND e.record_id = finding.record_id AND e.leg IS NOT DISTINCT FROM finding.leg
    AND finding.exception_id NOT IN (SELECT exception_id FROM recon.exceptions WHERE state <> 'resolved')`

/**
 * Runs every check, and leaves recon.finding behind: each exception, each case that could not be judged, and each
 * difference that still is in its grace. One that was an exception before gets no grace again, nor does a record
 * whose money was one under another code: 100 that were missing, of which 60 have come, are no new difference. Nor does what was
 * in flight an earlier night already, for as long as its grace is. Only what an earlier run saw counts, so that judging a run again finds the same.
 */
export const runChecks = (
  sql: Sql,
  checks: ReadonlyArray<CheckFile>,
): Effect.Effect<void, StoreError | OwnCheckError> =>
  Effect.gen(function* () {
    const nothing = Object.entries(findingColumns).map(([name, type]) => `NULL::${type} AS ${name}`)
    yield* sql.run(`CREATE OR REPLACE TEMP TABLE no_case AS SELECT ${nothing.join(", ")} WHERE FALSE`)
    yield* sql.run("DELETE FROM recon.finding")
    const [shipped, own] = Arr.partition(checks, (check): check is OwnCheck => "file" in check)
    for (const some of Arr.chunksOf(shipped, together)) yield* runTogether(sql, some)
    for (const check of own) yield* runOwnCheck(sql, check)
    yield* sql.run(formerNameSql)
    yield* sql.run(recordMoneySql)
    yield* sql.run(
      "UPDATE recon.finding SET at_stake = coalesce(at_stake, abs(nullif(TRY(actual - expected), 0)), abs(actual), abs(expected))",
    )
    yield* sql.run(
      `UPDATE recon.finding SET outcome = 'exception'
       WHERE outcome = 'in flight' AND (exception_id IN (SELECT exception_id FROM recon.exceptions) OR exception_id IN (${graceOverSql})
         OR family = 'ledger' AND (stream, record_id) IN (
           SELECT (e.stream, e.record_id) FROM recon.exceptions AS e JOIN recon.check_settings AS s ON s.code = e.code
           WHERE s.family = 'ledger' AND e.first_seen_run <> recon.run()))`,
    )
    yield* sql.run(acceptedCodeSql)
    yield* sql.run("DELETE FROM recon.check_results WHERE run_id = recon.run()")
    yield* sql.run(
      `INSERT INTO recon.check_results
       SELECT recon.run(), s.code, s.severity, count(f.code) FILTER (f.outcome = 'exception'), count(f.code) FILTER (f.outcome = 'unproven')
       FROM recon.check_settings AS s LEFT JOIN recon.finding AS f ON f.code = s.code
       WHERE s.is_enabled GROUP BY s.code, s.severity`,
    )
  })
