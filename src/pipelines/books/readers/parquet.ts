import { Effect, Option, Stream } from "effect"
import type { Sql } from "../../../store/database.ts"
import { quoteText } from "../../../store/describe-table.ts"
import { quoteName } from "../../../store/typed-table.ts"
import { type BookAsk, BookFileError, type BookReader, type BookRow, missingColumns } from "./reader.ts"

const isInexact = (type: string): boolean => type === "DOUBLE" || type === "FLOAT"
const isDecimal = (type: string): boolean => /^(DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT)/.test(type) || type === "INTEGER"
const isMoment = (type: string): boolean => type === "DATE" || type.startsWith("TIMESTAMP")

const atOnce = 20_000

const typesOf = (sql: Sql, { file, path }: BookAsk) =>
  sql
    .rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM read_parquet(${quoteText(path)})`)
    .pipe(
      Effect.map((rows) => new Map(rows.map((row) => [row.column_name, row.column_type]))),
      Effect.mapError(
        (error) =>
          new BookFileError({ file, line: null, detail: `is not a Parquet file that can be read (${error.detail})` }),
      ),
    )

/**
 * A Parquet file. Decimals and whole numbers become text digit for digit; an amount, an id or a reference that the file keeps
 * as a floating-point number has lost digits already, and its column is refused.
 */
export const parquet: BookReader = {
  extensions: ["parquet", "pq"],
  columnsOf: (ask) => Effect.map(typesOf(ask.sql, ask), (types) => [...types.keys()]),
  open: (ask) =>
    Effect.gen(function* () {
      const { amounts, columns, exact, file, path, sql } = ask
      const fail = (detail: string) => new BookFileError({ file, line: null, detail })
      const types = yield* typesOf(sql, ask)
      const missing = missingColumns(columns, [...types.keys()])
      if (missing !== null) return yield* fail(missing)
      const inexact = columns.find((column) => isInexact(types.get(column) ?? "") && exact.includes(column))
      if (inexact !== undefined) {
        return yield* fail(
          amounts.includes(inexact)
            ? `the amounts of ${JSON.stringify(inexact)} are floating-point numbers (${types.get(inexact)}), which hold no exact amounts; write them as DECIMAL or as text`
            : `the values of ${JSON.stringify(inexact)} are floating-point numbers (${types.get(inexact)}), which do not hold every digit of an id; write them as text or as whole numbers`,
        )
      }
      const fields = columns.map((column, place) => `CAST(${quoteName(column)} AS VARCHAR) AS f${place}`)
      const payload = columns.map((column) => `${quoteName(column)} := CAST(${quoteName(column)} AS VARCHAR)`)
      const page = (after: number) =>
        sql.rows<Readonly<Record<string, string | null>> & { readonly n: bigint; readonly payload: string }>(
          `SELECT file_row_number + 1 AS n, CAST(to_json(struct_pack(${payload.join(", ")})) AS VARCHAR) AS payload, ${fields.join(", ")}
           FROM read_parquet(${quoteText(path)}, file_row_number = true)
           WHERE file_row_number >= ${after} AND file_row_number < ${after + atOnce} ORDER BY n`,
        )
      const rows = Stream.paginateEffect(0, (after) =>
        Effect.map(page(after), (found) => [
          found.map(
            (row): BookRow => ({
              line: Number(row.n),
              payload: row.payload,
              fault: null,
              fields: columns.map((_, place) => row[`f${place}`] ?? null),
            }),
          ),
          found.length === 0 ? Option.none() : Option.some(after + atOnce),
        ]),
      )
      const ofType = (test: (type: string) => boolean) =>
        new Set(columns.filter((column) => test(types.get(column) ?? "")))
      return {
        rows: Stream.flattenIterables(rows),
        decimals: ofType(isDecimal),
        moments: ofType(isMoment),
        statements: [],
      }
    }),
}
