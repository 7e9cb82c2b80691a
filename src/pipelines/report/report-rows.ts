import type { DuckDBConnection } from "@duckdb/node-api"
import { Data, Effect } from "effect"
import { RowStream } from "../../store/dialect/row-stream.ts"
import type { ReportRow } from "./cells.ts"
import type { ReportDefinition, ReportDefinitionError } from "./definition.ts"
import { checkDefinition, quoted, reportQuery } from "./report-query.ts"

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

export const allRows = async (connection: DuckDBConnection, sql: string): Promise<ReadonlyArray<ReportRow>> => {
  const rows: Array<ReportRow> = []
  for await (const batch of await RowStream.open(connection, sql)) rows.push(...batch)
  return rows
}

/**
 * The same report without what comes after its first `most` rows in its first column of order. What is left is sorted whole and cut:
 * to keep the first of many wide rows while they pass takes ten times as long, and memory that DuckDB does not count.
 */
const narrowed = async (connection: DuckDBConnection, definition: ReportDefinition, most: number) => {
  const [first = { column: definition.columns[0]?.name ?? "", descending: false }] = definition.order
  const column = quoted(first.column)
  const rows = `(\n${definition.sql}\n) AS report`
  await connection.run(
    `SET VARIABLE last_shown = (SELECT ${column} FROM ${rows} ORDER BY ${column} ${first.descending ? "DESC" : "ASC"} NULLS LAST LIMIT 1 OFFSET ${most - 1})`,
  )
  const reached = `${column} ${first.descending ? ">=" : "<="} getvariable('last_shown')`
  return { ...definition, sql: `SELECT * FROM ${rows} WHERE getvariable('last_shown') IS NULL OR ${reached}` }
}

/** Reads the first rows of a gathered report with `read`, which is given a query of at most so many; the others are counted. */
export const firstRows = <A>(
  connection: DuckDBConnection,
  definition: ReportDefinition,
  most: number,
  read: (definition: ReportDefinition) => Promise<A>,
): Effect.Effect<{ readonly total: number; readonly rows: A }, ReportDefinitionError | ReportRowsError> =>
  Effect.gen(function* () {
    yield* checkDefinition(connection, definition)
    return yield* Effect.tryPromise({
      try: async () => {
        const [counted] = await allRows(connection, `SELECT count(*) FROM (\n${definition.sql}\n) AS report`)
        const total = Number(counted?.[0] ?? 0)
        return { total, rows: await read(total <= most ? definition : await narrowed(connection, definition, most)) }
      },
      catch: (cause) => new ReportRowsError({ report: definition.name, cause }),
    }).pipe(Effect.uninterruptible)
  })

/** Reads the first rows of a gathered report, at most so many; the others are counted. */
export const reportRows = (
  connection: DuckDBConnection,
  definition: ReportDefinition,
  most: number,
): Effect.Effect<ReportRows, ReportDefinitionError | ReportRowsError> =>
  Effect.map(
    firstRows(connection, definition, most, (narrow) => allRows(connection, `${reportQuery(narrow)} LIMIT ${most}`)),
    (read) => ({ definition, ...read }),
  )
