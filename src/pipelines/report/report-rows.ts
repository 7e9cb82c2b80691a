import type { DuckDBConnection } from "@duckdb/node-api"
import { Data, Effect } from "effect"
import { RowStream } from "../../store/dialect/row-stream.ts"
import type { ReportRow } from "./cells.ts"
import type { ReportDefinition, ReportDefinitionError } from "./definition.ts"
import { checkDefinition, reportQuery } from "./report-query.ts"

/** The rows of a report could not be read; says which. */
export class ReportRowsError extends Data.TaggedError("ReportRowsError")<{
  readonly report: string
  readonly cause: unknown
}> {
  override get message(): string {
    const why = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `reading the rows of the report ${this.report} failed: ${why}`
  }
}

/** The first rows of a report in its order, and how many it has. */
export interface ReportRows {
  readonly definition: ReportDefinition
  readonly rows: ReadonlyArray<ReportRow>
  readonly total: number
}

/** Reads a report's rows, at most so many; the others are counted. */
export const reportRows = (
  connection: DuckDBConnection,
  definition: ReportDefinition,
  most: number,
): Effect.Effect<ReportRows, ReportDefinitionError | ReportRowsError> =>
  Effect.gen(function* () {
    yield* checkDefinition(connection, definition)
    const read = (sql: string) =>
      Effect.tryPromise({
        try: async () => {
          const rows: Array<ReportRow> = []
          for await (const batch of await RowStream.open(connection, sql)) rows.push(...batch)
          return rows
        },
        catch: (cause) => new ReportRowsError({ report: definition.name, cause }),
      }).pipe(Effect.uninterruptible)
    const rows = yield* read(`${reportQuery(definition)} LIMIT ${most}`)
    if (rows.length < most) return { definition, rows, total: rows.length }
    const [counted] = yield* read(`SELECT count(*) FROM (\n${definition.sql}\n) AS report`)
    return { definition, rows, total: Number(counted?.[0] ?? 0) }
  })
