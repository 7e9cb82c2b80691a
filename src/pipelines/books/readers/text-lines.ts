import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import { quoteText } from "../../../store/describe-table.ts"
import type { StoreError } from "../../../store/store-error.ts"

/** A physical line of a text file, from 1. */
export interface TextLine {
  readonly n: number
  readonly text: string
}

/** A character that no line holds stands where a delimiter must be named. */
const linesSql = (path: string): string => `
  CREATE OR REPLACE TEMP TABLE book_text AS
  SELECT row_number() OVER () AS n, line
  FROM read_csv(${quoteText(path)}, auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = chr(1),
    quote = '', escape = '', strict_mode = false, parallel = false, max_line_size = 16000000)`

const atOnce = 20_000

/** Puts the physical lines of a file, which may be compressed, into `book_text`. */
export const loadLines = (sql: Sql, path: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run("SET preserve_insertion_order = true")
    yield* sql.run(linesSql(path))
    yield* sql.run("SET preserve_insertion_order = false")
  })

/** Lines of `book_text` from the one after `n`, so many at once; an empty list at the end. */
export const linesAfter = (sql: Sql, n: number): Effect.Effect<ReadonlyArray<TextLine>, StoreError> =>
  Effect.map(
    sql.rows<{ n: bigint; line: string | null }>(
      `SELECT n, line FROM book_text WHERE n > ${n} AND n <= ${n + atOnce} ORDER BY n`,
    ),
    (rows) => rows.map((row) => ({ n: Number(row.n), text: row.line ?? "" })),
  )
