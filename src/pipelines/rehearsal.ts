import { Effect } from "effect"
import { Database } from "../store/database.ts"
import type { Configuration } from "./configuration/settings.ts"
import { findingColumns } from "./reconcile/check-file.ts"
import { type OwnCheck, OwnCheckError, ownChecksIn } from "./reconcile/checks.ts"
import { reconcile } from "./reconcile/reconcile.ts"
import { casesSql } from "./reconcile/run-checks.ts"
import { reportDefinitions } from "./report/report-definitions.ts"
import { checkDefinition } from "./report/report-query.ts"
import { beginReports } from "./report/report-session.ts"
import type { Run } from "./run/run.ts"

const run: Run = { runId: "rehearsal", startedAt: "2000-01-01T00:00:00.000Z" }

/** The line of a query that DuckDB finds fault with, from 1. */
const lineOf = (message: string): number | null => {
  const line = /^LINE (\d+):/m.exec(message)?.[1]
  return line === undefined ? null : Number(line)
}

const wordsOf = (error: { readonly detail: string; readonly cause?: unknown }): string =>
  error.cause instanceof Error ? error.cause.message : error.detail

const exactNumber = /^(DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)\b/

/** What is wrong with the columns that a check's query gives; null where they can be findings. */
const columnFault = (given: ReadonlyArray<{ readonly name: string; readonly type: string }>): string | null => {
  for (const name of ["stream", "record_id"]) {
    if (!given.some((column) => column.name === name)) return `the query gives no column ${name}; every case needs one`
  }
  for (const { name, type } of given) {
    const wanted = Object.entries(findingColumns).find(([column]) => column === name)?.[1]
    // A bare NULL is an INTEGER to DuckDB.
    const fits = wanted === "VARCHAR" ? /^(VARCHAR|ENUM|INTEGER$)/.test(type) : exactNumber.test(type)
    if (wanted !== undefined && !fits) return `the query gives ${name} as ${type}, and it must be ${wanted}`
  }
  return null
}

const prepareCheck = (check: OwnCheck) =>
  Effect.gen(function* () {
    const database = yield* Database
    const fail = (line: number | null) => (error: { readonly detail: string }) =>
      new OwnCheckError({ file: check.file, line, problem: `DuckDB cannot run the query: ${error.detail}` })
    yield* Effect.mapError(database.run(`EXPLAIN ${check.sql}`), (error) => {
      const line = lineOf(wordsOf(error))
      return fail(line === null ? null : check.sqlLine + line - 1)(error)
    })
    const given = yield* Effect.mapError(
      database.rows<{ name: string; type: string }>(
        `SELECT column_name AS name, column_type AS type FROM (DESCRIBE ${check.sql}\n)`,
      ),
      fail(null),
    )
    const problem = columnFault(given)
    if (problem !== null) return yield* new OwnCheckError({ file: check.file, line: check.sqlLine, problem })
    yield* Effect.mapError(database.run(`EXPLAIN ${casesSql([check])}`), fail(null))
  })

/**
 * Prepares every report, and the partner's own checks, against an empty store with all tables and views of a night, so that
 * what cannot be run is refused before anything is read. Nothing of the real store is touched.
 */
export const rehearse = (configuration: Configuration) =>
  Effect.gen(function* () {
    const own = yield* ownChecksIn(configuration.ownChecks)
    const definitions = yield* reportDefinitions(configuration.ownReports)
    const ownReports = definitions.filter((definition) => definition.own !== undefined)
    if (own.length === 0 && ownReports.length === 0) return
    yield* Effect.gen(function* () {
      const database = yield* Database
      yield* database.run(
        `INSERT INTO recon.runs (run_id, mode, started_at, state, configuration_sha256)
         VALUES ($1, 'full', $2::TIMESTAMPTZ, 'synced', '')`,
        [run.runId, run.startedAt],
      )
      yield* reconcile(run, { ...configuration, ownChecks: [] })
      yield* Effect.forEach(own, prepareCheck, { discard: true })
      const connection = yield* database.reader
      yield* beginReports(connection, run, "CLEAN", "night")
      yield* Effect.forEach(ownReports, (definition) => checkDefinition(connection, definition), { discard: true })
    }).pipe(
      Effect.scoped,
      Effect.provide(Database.layer({ file: ":memory:", access: "write", memoryLimit: configuration.memoryLimit })),
    )
  })
