import { type DuckDBConnection, type DuckDBResult, type DuckDBType, StatementType } from "@duckdb/node-api"
import { Data } from "effect"
import { bindAll } from "./bind-value.ts"
import { type JsValue, readValue } from "./read-value.ts"

/** Rows as they come from DuckDB, at most 2,048 at a time, each in the order of the columns. */
export type RowBatch = ReadonlyArray<ReadonlyArray<JsValue>>

const REASONS = {
  Busy:
    "This connection has an open stream, which another statement would cut short: read the stream to its end first, " +
    "or use a second connection.",
  Truncated:
    "DuckDB ended the stream before its last row: the statement failed or was interrupted midway, or another " +
    "statement ran on the same connection.",
} as const

/** Why rows could not be streamed, and what to do instead. */
export class RowStreamError extends Data.TaggedError("RowStreamError")<{
  readonly reason: keyof typeof REASONS
  readonly sql: string
}> {
  override get message(): string {
    return `${REASONS[this.reason]} The statement was: ${this.sql}`
  }
}

const busy = new WeakSet<DuckDBConnection>()

const isList = (
  parameters: ReadonlyArray<unknown> | Readonly<Record<string, string>>,
): parameters is ReadonlyArray<unknown> => Array.isArray(parameters)

/**
 * The rows of one statement, read batch by batch, so that memory stays flat however many there are. Use it in
 * `for await`, once; a stream that is not read to its end is closed by leaving the loop or by `return()`.
 */
export class RowStream implements AsyncIterableIterator<RowBatch> {
  readonly columnNames: ReadonlyArray<string>
  readonly columnTypes: ReadonlyArray<DuckDBType>
  readonly #connection: DuckDBConnection
  readonly #result: DuckDBResult
  readonly #streams: boolean
  readonly #sql: string
  #closed = false

  private constructor(connection: DuckDBConnection, result: DuckDBResult, sql: string) {
    this.#connection = connection
    this.#result = result
    this.#streams = result.isStreaming
    this.#sql = sql
    this.columnNames = result.columnNames()
    this.columnTypes = result.columnTypes()
  }

  static async open(
    connection: DuckDBConnection,
    sql: string,
    parameters: ReadonlyArray<unknown> | Readonly<Record<string, string>> = [],
  ): Promise<RowStream> {
    if (busy.has(connection)) throw new RowStreamError({ reason: "Busy", sql })
    const { values, types } = isList(parameters) ? bindAll(parameters) : { values: { ...parameters }, types: undefined }
    busy.add(connection)
    try {
      return new RowStream(connection, await connection.stream(sql, values, types), sql)
    } catch (error) {
      busy.delete(connection)
      throw error
    }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<RowBatch, undefined>> {
    if (this.#closed) return { done: true, value: undefined }
    const chunk = await this.#result.fetchChunk()
    if (chunk !== null && chunk.rowCount > 0) {
      const columns = chunk.getColumns()
      const rows: Array<ReadonlyArray<JsValue>> = []
      for (let row = 0; row < chunk.rowCount; row++) {
        rows.push(columns.map((column) => readValue(column[row] ?? null)))
      }
      return { done: false, value: rows }
    }
    this.#release()
    if (this.#endedEarly()) throw new RowStreamError({ reason: "Truncated", sql: this.#sql })
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<RowBatch, undefined>> {
    if (!this.#closed) {
      // DuckDB ends an unread stream, and the snapshot that it holds, at the next statement. In an aborted transaction
      // that statement fails, which is no news: what aborted it was reported, and ROLLBACK ends the stream as well.
      await this.#connection.run("SELECT 1").catch(() => undefined)
      this.#release()
    }
    return { done: true, value: undefined }
  }

  // A stream that failed, was interrupted or was cut short by another statement ends exactly like a complete one: no
  // chunk, no error. The only trace is that the result no longer calls itself streaming.
  #endedEarly(): boolean {
    return !this.#result.isStreaming && (this.#streams || this.#result.statementType === StatementType.SELECT)
  }

  #release(): void {
    this.#closed = true
    busy.delete(this.#connection)
  }
}
