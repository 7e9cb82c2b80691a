import { parse } from "csv-parse/sync"
import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import { quoteText } from "../../../store/describe-table.ts"
import type { StoreError } from "../../../store/store-error.ts"
import { BookFileError, type BookSource, fieldName, missingColumns } from "./reader.ts"

const delimiters = [",", ";", "\t", "|"]

/** The file's physical lines in order; a character that no line holds stands where a delimiter must be named. */
export const linesSql = (file: string): string => `
  CREATE OR REPLACE TEMP TABLE book_text AS
  SELECT row_number() OVER () AS n, line
  FROM read_csv(${quoteText(file)}, auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = chr(1),
    quote = '', escape = '', strict_mode = false, parallel = false, max_line_size = 16000000)`

const headerOf = (line: string, delimiter: string): ReadonlyArray<string> =>
  (parse(line, { delimiter, relax_quotes: true, relax_column_count: true, bom: true }) as Array<Array<string>>)[0]?.map(
    (name) => name.trim(),
  ) ?? []

interface Dialect {
  readonly delimiter: string
  readonly header: ReadonlyArray<string>
}

/** The header line says which delimiter it is: the one that yields every mapped column. */
const dialectOf = (
  file: string,
  line: string,
  wanted: ReadonlyArray<string>,
  given: string | undefined,
): Effect.Effect<Dialect, BookFileError> => {
  const dialects = (given === undefined ? delimiters : [given]).map((delimiter) => ({
    delimiter,
    header: headerOf(line, delimiter),
  }))
  const fitting = dialects.find(({ header }) => missingColumns(wanted, header) === null)
  const [best = { delimiter: ",", header: [] }] = [...dialects].sort((a, b) => b.header.length - a.header.length)
  const fail = (detail: string) => Effect.fail(new BookFileError({ file, line: 1, detail }))
  if (fitting === undefined) return fail(missingColumns(wanted, best.header) ?? "the header cannot be read")
  const twice = wanted.find((column) => fitting.header.filter((name) => name === column).length > 1)
  return twice === undefined ? Effect.succeed(fitting) : fail(`the column ${JSON.stringify(twice)} is there twice`)
}

/**
 * A record begins at each line before which every quote was closed. Blank lines count, because DuckDB counts them where it
 * numbers what it rejects.
 */
const recordsSql = `
  CREATE OR REPLACE TEMP TABLE book_record AS
  WITH quoted AS (
    SELECT n, line, sum(len(line) - len(replace(line, '"', ''))) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS quotes
    FROM book_text
  ),
  numbered AS (
    SELECT n, line, count(*) FILTER (coalesce(quotes, 0) % 2 = 0) OVER (ORDER BY n ROWS UNBOUNDED PRECEDING) AS unit FROM quoted
  ),
  record AS (
    SELECT unit, min(n) AS n, string_agg(line, chr(10) ORDER BY n) AS payload FROM numbered GROUP BY unit
  )
  SELECT r.unit, r.n, r.payload, x.fault, row_number() OVER (PARTITION BY x.fault IS NULL ORDER BY r.n) AS place
  FROM record AS r LEFT JOIN book_reject AS x ON x.unit = r.unit
  WHERE r.payload IS NOT NULL AND r.unit > 1`

const countsSql = `
  SELECT (SELECT count(*) FROM book_parsed) AS parsed, (SELECT count(*) FROM book_reject) AS rejected,
    (SELECT count(*) FROM book_record WHERE fault IS NULL) AS good, (SELECT count(*) FROM book_record WHERE fault IS NOT NULL) AS bad`

/**
 * Reads a CSV file with a header line through DuckDB's reader, every column as text. Lines that DuckDB rejects stay, with
 * the reason. Records and lines are counted apart and must tie, so that no line is lost between the two.
 */
export const csvSource = (
  sql: Sql,
  file: string,
  path: string,
  columns: ReadonlyArray<string>,
  delimiter: string | undefined,
): Effect.Effect<BookSource, StoreError | BookFileError> =>
  Effect.gen(function* () {
    const fail = (detail: string) => new BookFileError({ file, line: null, detail })
    yield* sql.run("SET preserve_insertion_order = true")
    yield* sql.run(linesSql(path))
    const [first] = yield* sql.rows<{ line: string | null }>("SELECT line FROM book_text WHERE n = 1")
    if (first === undefined || first.line === null) return yield* fail("the file is empty; a header line is expected")
    const dialect = yield* dialectOf(file, first.line, columns, delimiter)
    const names = dialect.header.map((_, place) => `'c${place}': 'VARCHAR'`).join(", ")
    yield* sql.run("DROP TABLE IF EXISTS book_reject_error")
    yield* sql.run("DROP TABLE IF EXISTS book_reject_scan")
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE book_parsed AS
      SELECT row_number() OVER () AS place, * FROM read_csv(${quoteText(path)}, auto_detect = false, header = true,
        columns = {${names}}, delim = ${quoteText(dialect.delimiter)}, quote = '"', escape = '"', parallel = false,
        max_line_size = 16000000, store_rejects = true, rejects_table = 'book_reject_error', rejects_scan = 'book_reject_scan')`)
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE book_reject AS
      WITH said AS (
        SELECT DISTINCT line AS unit, CASE CAST(error_type AS VARCHAR)
          WHEN 'MISSING COLUMNS' THEN 'the line has fewer values than the header has columns'
          WHEN 'TOO MANY COLUMNS' THEN 'the line has more values than the header has columns'
          WHEN 'UNQUOTED VALUE' THEN 'a quote is not closed, or stands inside a value without being written twice'
          ELSE error_message END AS fault
        FROM book_reject_error
      )
      SELECT unit, string_agg(fault, '; ' ORDER BY fault) AS fault FROM said GROUP BY unit`)
    yield* sql.run("SET preserve_insertion_order = false")
    yield* sql.run(recordsSql)
    const [counts] = yield* sql.rows<{ parsed: bigint; rejected: bigint; good: bigint; bad: bigint }>(countsSql)
    if (counts === undefined || counts.parsed !== counts.good || counts.rejected !== counts.bad) {
      return yield* fail(
        `its lines make ${Number(counts?.good ?? 0n) + Number(counts?.bad ?? 0n)} records, of which ${Number(counts?.parsed ?? 0n)} were read and ${Number(counts?.rejected ?? 0n)} were not; look for a quote that is not closed, and write quotes inside a value twice`,
      )
    }
    const fields = columns.map((column) => `p.c${dialect.header.indexOf(column)} AS ${fieldName(columns, column)}`)
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE book_source AS
      SELECT r.n AS source_line, r.payload, r.fault, ${fields.join(", ")}
      FROM book_record AS r LEFT JOIN book_parsed AS p ON r.fault IS NULL AND p.place = r.place`)
    return { decimals: new Set<string>(), moments: new Set<string>() }
  })
