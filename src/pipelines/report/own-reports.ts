import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { rootMessage } from "../../api/root-message.ts"
import type { ReportDefinition } from "./definition.ts"
import { checkDefinition } from "./report-query.ts"

/** A report of the partner's own that could not be written, and why. */
export interface FailedReport {
  readonly name: string
  readonly file: string
  readonly problem: string
}

/** The query again, over the rows that it has given already. */
const asTable = (definition: ReportDefinition, connection: DuckDBConnection) =>
  Effect.gen(function* () {
    yield* checkDefinition(connection, definition)
    const table = `"own report ${definition.name}"`
    yield* Effect.tryPromise(() => connection.run(`CREATE OR REPLACE TEMP TABLE ${table} AS\n${definition.sql}`))
    return { ...definition, sql: `FROM ${table}` }
  })

/**
 * Asks the partner's own queries before anything is written, so that one that fails on what was read costs no other report.
 * What it gives is kept for whoever writes it.
 */
export const askOwnReports = (
  connection: DuckDBConnection,
  definitions: ReadonlyArray<ReportDefinition>,
): Effect.Effect<{
  readonly definitions: ReadonlyArray<ReportDefinition>
  readonly failed: ReadonlyArray<FailedReport>
}> =>
  Effect.map(
    Effect.partition(definitions, (definition) => {
      const { name, own } = definition
      if (own === undefined) return Effect.succeed(definition)
      return Effect.mapError(
        asTable(definition, connection),
        (error): FailedReport => ({ name, file: own, problem: rootMessage(error).split("\n", 1)[0] ?? "" }),
      )
    }),
    ([failed, definitions]) => ({ definitions, failed }),
  )
