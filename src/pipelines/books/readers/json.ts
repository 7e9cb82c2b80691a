import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import { quoteText } from "../../../store/describe-table.ts"
import type { StoreError } from "../../../store/store-error.ts"
import { linesSql } from "./csv.ts"
import { BookFileError, type BookSource, fieldName, missingColumns } from "./reader.ts"

const pathOf = (column: string): string => quoteText(`$."${column.replaceAll('"', '\\"')}"`)

/**
 * A JSON text with its numbers as strings, digit for digit, because DuckDB reads number tokens as doubles. Strings and
 * numbers are marked with control characters, which JSON text never holds, and the empty marks are taken away again.
 */
const quotedNumbers = (json: string): string => {
  const token = String.raw`("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)`
  const marked = `regexp_replace(${json}, ${quoteText(token)}, concat('\\1', chr(1), '\\2', chr(2)), 'g')`
  return `replace(replace(replace(${marked}, concat(chr(1), chr(2)), ''), chr(1), '"'), chr(2), '"')`
}

/** The records of the file as text: the elements of a list, or one for each line. */
const recordsSql = (path: string, isList: boolean): string =>
  isList
    ? `CREATE OR REPLACE TEMP TABLE book_json AS
       SELECT row_number() OVER () AS n, json::VARCHAR AS payload
       FROM read_json_objects(${quoteText(path)}, format = 'array', maximum_object_size = 16000000)`
    : `CREATE OR REPLACE TEMP TABLE book_json AS
       SELECT n, line AS payload FROM book_text WHERE line IS NOT NULL AND trim(line) <> ''`

/**
 * Reads a JSON list of objects, or one object a line, through DuckDB's reader, every value as text. Numbers keep their
 * digits. A line that is not a JSON object stays, with the reason; a list that is not JSON is refused whole.
 */
export const jsonSource = (
  sql: Sql,
  file: string,
  path: string,
  columns: ReadonlyArray<string>,
  amounts: ReadonlyArray<string>,
  plainAmounts: boolean,
): Effect.Effect<BookSource, StoreError | BookFileError> =>
  Effect.gen(function* () {
    const fail = (detail: string) => new BookFileError({ file, line: null, detail })
    const [start] = yield* sql.rows<{ sign: string | null }>(
      `SELECT left(ltrim(content, concat(chr(65279), ' ', chr(9), chr(10), chr(13))), 1) AS sign FROM read_text(${quoteText(path)})`,
    )
    const isList = start?.sign === "["
    yield* sql.run("SET preserve_insertion_order = true")
    if (!isList) yield* sql.run(linesSql(path))
    yield* sql
      .run(recordsSql(path, isList))
      .pipe(Effect.mapError((error) => fail(`is not a JSON list of objects (${error.detail}); correct the file`)))
    yield* sql.run("SET preserve_insertion_order = false")
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE book_object AS
      SELECT n, payload, json_valid(payload) AND json_type(CASE WHEN json_valid(payload) THEN payload END) = 'OBJECT' AS is_object
      FROM book_json`)
    const present = yield* sql.rows<{ name: string }>(
      "SELECT DISTINCT unnest(json_keys(payload)) AS name FROM book_object WHERE is_object ORDER BY name",
    )
    const missing = missingColumns(
      columns,
      present.map((row) => row.name),
    )
    if (missing !== null && present.length > 0) return yield* fail(missing)
    if (!plainAmounts) {
      const isNumber = amounts.map(
        (column) => `json_type(payload, ${pathOf(column)}) IN ('UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT')`,
      )
      const [number] = yield* sql.rows<{ n: bigint }>(
        `SELECT n FROM book_object WHERE is_object AND (${isNumber.join(" OR ")}) ORDER BY n LIMIT 1`,
      )
      if (number !== undefined) {
        return yield* new BookFileError({
          file,
          line: Number(number.n),
          detail:
            "an amount is a JSON number, which is written with a point; remove decimalSeparator and thousandsSeparator from the map, or write every amount as a text",
        })
      }
    }
    const fields = columns.map(
      (column) => `json_extract_string(exact, ${pathOf(column)}) AS ${fieldName(columns, column)}`,
    )
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE book_source AS
      SELECT n AS source_line, payload, CASE WHEN is_object THEN NULL ELSE 'the line is not a JSON object' END AS fault, ${fields.join(", ")}
      FROM (SELECT *, CASE WHEN is_object THEN ${quotedNumbers("payload")} END AS exact FROM book_object)`)
    return { decimals: new Set<string>(), moments: new Set<string>() }
  })
