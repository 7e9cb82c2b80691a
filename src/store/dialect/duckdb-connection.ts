import { type DuckDBConnection, type DuckDBMaterializedResult, ResultReturnType, StatementType } from "@duckdb/node-api"
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely"
import { appendRows, isAppendedRows } from "./appended-rows.ts"
import { bindAll } from "./bind-value.ts"
import { type JsValue, readValue } from "./read-value.ts"

const CHANGING: ReadonlySet<StatementType> = new Set([
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
])

/** Runs Kysely's queries on one DuckDB connection. */
export class DuckDbConnection implements DatabaseConnection {
  readonly native: DuckDBConnection

  constructor(native: DuckDBConnection) {
    this.native = native
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (isAppendedRows(query)) {
      await appendRows(this.native, query)
      return { rows: [] }
    }
    const { parameters, sql } = query
    const result = await (parameters.length === 0 ? this.native.run(sql) : this.#runBound(sql, parameters))
    switch (result.returnType) {
      case ResultReturnType.NOTHING:
        return { rows: [] }
      case ResultReturnType.CHANGED_ROWS:
        return { numAffectedRows: BigInt(result.rowsChanged), rows: [] }
      default: {
        const rows = await readRows<R>(result)
        // With RETURNING, DuckDB reports no changed rows: the rows that it returns are the ones that it changed.
        return CHANGING.has(result.statementType) ? { numAffectedRows: BigInt(rows.length), rows } : { rows }
      }
    }
  }

  /** One statement; the connection's own method asks DuckDB once more, for how many there are. */
  async #runBound(sql: string, parameters: ReadonlyArray<unknown>): Promise<DuckDBMaterializedResult> {
    const { types, values } = bindAll(parameters)
    const prepared = await this.native.prepare(sql)
    try {
      prepared.bind(values, types)
      return await prepared.run()
    } finally {
      prepared.destroySync()
    }
  }

  streamQuery(): AsyncIterableIterator<never> {
    throw new Error("Kysely's streams are not supported: read a long result by RowStream, on a connection of its own")
  }
}

const readRows = async <R>(result: DuckDBMaterializedResult): Promise<Array<R>> => {
  const names = result.columnNames()
  const rows = await result.getRows()
  return rows.map((row) => toObject<R>(names, row.map(readValue)))
}

// Kysely's row types are promises that the compiler cannot check against a database: here is where they are made.
const toObject = <R>(names: ReadonlyArray<string>, row: ReadonlyArray<JsValue>): R =>
  Object.fromEntries(names.map((name, column) => [name, row[column]])) as R
