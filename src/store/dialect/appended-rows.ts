import { type DuckDBConnection, DuckDBDataChunk, VARCHAR } from "@duckdb/node-api"
import { CompiledQuery } from "kysely"

/** Rows for a temporary table, column by column. */
interface AppendedRows extends CompiledQuery {
  readonly table: string
  readonly columns: ReadonlyArray<ReadonlyArray<string | null>>
}

export const appendedRows = (table: string, columns: AppendedRows["columns"]): AppendedRows => ({
  ...CompiledQuery.raw(`rows of ${table}`),
  table,
  columns,
})

export const isAppendedRows = (query: CompiledQuery): query is AppendedRows => "columns" in query

/** As many rows as a chunk of DuckDB's holds. */
const chunkRows = 2_048

/** Everything travels as text, which DuckDB casts exactly to the column's type. Bound as lists, the same takes four times as long. */
export const appendRows = async (connection: DuckDBConnection, { columns, table }: AppendedRows): Promise<void> => {
  const appender = await connection.createAppender(table, "main", "temp")
  const types = columns.map(() => VARCHAR)
  const rows = columns[0]?.length ?? 0
  try {
    for (let from = 0; from < rows; from += chunkRows) {
      const chunk = DuckDBDataChunk.create(types)
      chunk.setColumns(columns.map((column) => column.slice(from, from + chunkRows)))
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
  } catch (error) {
    // What is left in it would be written once it is collected as garbage, into whatever table has the name by then.
    appender.clear()
    throw error
  }
}
