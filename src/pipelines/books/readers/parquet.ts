import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import { quoteText } from "../../../store/describe-table.ts"
import type { StoreError } from "../../../store/store-error.ts"
import { quoteName } from "../../../store/typed-table.ts"
import { BookFileError, type BookSource, fieldName, missingColumns } from "./reader.ts"

const isInexact = (type: string): boolean => type === "DOUBLE" || type === "FLOAT"
const isDecimal = (type: string): boolean => /^(DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT)/.test(type) || type === "INTEGER"
const isMoment = (type: string): boolean => type === "DATE" || type.startsWith("TIMESTAMP")

/**
 * Reads a Parquet file. Decimals and whole numbers become text digit for digit; an amount that the file keeps as a
 * floating-point number has lost its exact value already and is refused.
 */
export const parquetSource = (
  sql: Sql,
  file: string,
  path: string,
  columns: ReadonlyArray<string>,
  amounts: ReadonlyArray<string>,
): Effect.Effect<BookSource, StoreError | BookFileError> =>
  Effect.gen(function* () {
    const fail = (detail: string) => new BookFileError({ file, line: null, detail })
    const types = yield* sql
      .rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM read_parquet(${quoteText(path)})`)
      .pipe(Effect.mapError((error) => fail(`is not a Parquet file that can be read (${error.detail})`)))
    const typeOf = new Map(types.map((row) => [row.column_name, row.column_type]))
    const missing = missingColumns(columns, [...typeOf.keys()])
    if (missing !== null) return yield* fail(missing)
    const inexact = amounts.find((column) => isInexact(typeOf.get(column) ?? ""))
    if (inexact !== undefined) {
      return yield* fail(
        `the amounts of ${JSON.stringify(inexact)} are floating-point numbers (${typeOf.get(inexact)}), which hold no exact amounts; write them as DECIMAL or as text`,
      )
    }
    const fields = columns.map((column) => `CAST(${quoteName(column)} AS VARCHAR) AS ${fieldName(columns, column)}`)
    const payload = columns.map((column) => `${quoteName(column)} := CAST(${quoteName(column)} AS VARCHAR)`)
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE book_source AS
      SELECT file_row_number + 1 AS source_line, CAST(to_json(struct_pack(${payload.join(", ")})) AS VARCHAR) AS payload,
        NULL::VARCHAR AS fault, ${fields.join(", ")}
      FROM read_parquet(${quoteText(path)}, file_row_number = true)`)
    const ofType = (test: (type: string) => boolean) =>
      new Set(columns.filter((column) => test(typeOf.get(column) ?? "")))
    return { decimals: ofType(isDecimal), moments: ofType(isMoment) }
  })
