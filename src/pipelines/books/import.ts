import { basename, resolve } from "node:path"
import { Clock, DateTime, Effect } from "effect"
import { Entropy } from "../../api/entropy.ts"
import { Database, type Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { hashOf } from "./file-hash.ts"
import { readLinesSql } from "./line-sql.ts"
import { amountColumns, BookMapError, mappedColumns, type ReadMap } from "./map.ts"
import type { BankStatement } from "./readers/bank-statement.ts"
import { camtMap, camtSource } from "./readers/camt053.ts"
import { csvSource } from "./readers/csv.ts"
import { jsonSource } from "./readers/json.ts"
import { parquetSource } from "./readers/parquet.ts"
import { BookFileError, type BookFormat, type BookSource } from "./readers/reader.ts"

export interface ImportRequest {
  readonly file: string
  readonly format: BookFormat
  /** Null for a bank statement that is read by its own names. */
  readonly map: ReadMap | null
  readonly book: string
  /** The file is the whole book: lines that it does not have are taken out. */
  readonly whole: boolean
  readonly by: string
}

/** What an import did. The lines read are the sum of new, changed, unchanged, repeated and quarantined. */
export interface ImportResult {
  readonly importId: string
  readonly book: string
  readonly file: string
  readonly format: string
  readonly sha256: string
  /** The same file by the same map was the book's last import already: nothing was read again. */
  readonly known: boolean
  readonly read: number
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  readonly repeated: number
  readonly quarantined: number
  readonly removed: number
  readonly statements: ReadonlyArray<BankStatement>
  /** The first lines that could not be read. */
  readonly faults: ReadonlyArray<{ readonly line: number; readonly reason: string }>
}

/** A zone or a format that DuckDB does not know would spoil every line, so it is tried first. */
const checkMoment = (sql: Sql, { file, map }: ReadMap): Effect.Effect<void, StoreError | BookMapError> =>
  Effect.gen(function* () {
    const given = map.date ?? map.dateTime
    if (given === undefined) return
    const key = map.date === undefined ? "dateTime" : "date"
    const zones = yield* sql.rows("SELECT 1 FROM pg_timezone_names() WHERE name = $1", [given.zone ?? "UTC"])
    if (zones.length === 0) {
      return yield* new BookMapError({
        file,
        detail: `${key}.zone: ${JSON.stringify(given.zone)} is not a time zone; write it as in "Europe/Berlin"`,
      })
    }
    if (given.format === undefined) return
    yield* sql.rows(`SELECT try_strptime('x', ${quoteText(given.format)})`).pipe(
      Effect.mapError(
        (error) =>
          new BookMapError({
            file,
            detail: `${key}.format: ${JSON.stringify(given.format)} is not a format (${error.detail}); write it as in "%d.%m.%Y"`,
          }),
      ),
    )
  })

const readSource = (sql: Sql, request: ImportRequest, { map }: ReadMap) =>
  Effect.gen(function* () {
    const { file } = request
    const path = resolve(file)
    const columns = mappedColumns(map)
    const amounts = amountColumns(map)
    const none: ReadonlyArray<BankStatement> = []
    const alone = (source: BookSource) => ({ source, statements: none })
    switch (request.format) {
      case "csv":
        return alone(yield* csvSource(sql, file, path, columns, map.delimiter))
      case "json":
        return alone(
          yield* jsonSource(
            sql,
            file,
            path,
            columns,
            amounts,
            map.decimalSeparator === "." && map.thousandsSeparator === undefined,
          ),
        )
      case "parquet":
        return alone(yield* parquetSource(sql, file, path, columns, amounts))
      case "camt053":
        return yield* camtSource(sql, file, path, columns)
    }
  })

/**
 * Sets apart what cannot be used: an id that the file has twice with different content says two things, and neither is
 * taken; an id that it has twice with the same content is one line.
 */
const sortLinesSql = `
  CREATE OR REPLACE TEMP TABLE book_sorted AS
  WITH counted AS (
    SELECT *, count(*) OVER (PARTITION BY line_id) AS uses, min(content_hash) OVER (PARTITION BY line_id) AS least,
      max(content_hash) OVER (PARTITION BY line_id) AS most, min(source_line) OVER (PARTITION BY line_id) AS first_line,
      max(source_line) OVER (PARTITION BY line_id) AS last_line,
      row_number() OVER (PARTITION BY line_id ORDER BY source_line) AS place
    FROM book_read WHERE reason IS NULL
  )
  SELECT * EXCLUDE (reason, uses, least, most, first_line, last_line, place),
    CASE WHEN least <> most THEN concat('line id ', line_id, ' is there ', uses, ' times with different content, on lines ', first_line, ' to ', last_line) END AS reason,
    place > 1 AND least = most AS is_repeated
  FROM counted
  UNION ALL BY NAME
  SELECT *, FALSE AS is_repeated FROM book_read WHERE reason IS NOT NULL`

const columns =
  "book, line_id, customer_id, partner_customer_ref, booked_from, booked_to, currency, amount, reference, refers_to, description, source_line, version, first_import, version_import, content_hash"

/** Good lines against what the book has: new, changed or unchanged. */
const compareSql = `
  CREATE OR REPLACE TEMP TABLE book_compared AS
  SELECT s.*, l.version AS old_version, l.first_import AS old_import,
    CASE WHEN l.line_id IS NULL THEN 'new' WHEN l.content_hash <> s.content_hash THEN 'changed' ELSE 'unchanged' END AS change
  FROM book_sorted AS s
  LEFT JOIN main.book_lines AS l ON l.book = getvariable('book') AND l.line_id = s.line_id
  WHERE s.reason IS NULL AND NOT s.is_repeated`

/** Lines of the book that the whole book no longer has. One that is there and cannot be read is not gone. */
const removedSql = `
  CREATE OR REPLACE TEMP TABLE book_removed AS
  SELECT l.line_id FROM main.book_lines AS l
  ANTI JOIN book_sorted AS s ON s.line_id = l.line_id
  WHERE l.book = getvariable('book') AND getvariable('whole')`

const supersedeSql = (which: string): string => `
  INSERT INTO main.superseded_book_lines
  SELECT ${columns}, getvariable('import') FROM main.book_lines AS l
  WHERE l.book = getvariable('book') AND l.line_id IN (${which})`

const changedIds = "SELECT line_id FROM book_compared WHERE change = 'changed'"
const removedIds = "SELECT line_id FROM book_removed"

const deleteSql = (which: string): string =>
  `DELETE FROM main.book_lines WHERE book = getvariable('book') AND line_id IN (${which})`

const insertSql = `
  INSERT INTO main.book_lines (${columns})
  SELECT getvariable('book'), line_id, customer_id, partner_customer_ref, booked_from, booked_to, currency, amount,
    reference, refers_to, description, source_line, coalesce(old_version, 0) + 1, coalesce(old_import, getvariable('import')),
    getvariable('import'), content_hash
  FROM book_compared WHERE change <> 'unchanged' ORDER BY source_line`

/** Earlier unreadable lines are settled by the whole book, by a newer file of the same name, or by their id come readable. */
const settleQuarantineSql = `
  UPDATE raw.book_quarantine SET in_force = FALSE
  WHERE in_force AND book = getvariable('book') AND (
    getvariable('whole') OR line_id IN (SELECT line_id FROM book_compared)
    OR import_id IN (SELECT import_id FROM recon.book_imports WHERE book = getvariable('book') AND file = getvariable('file'))
  )`

const quarantineSql = `
  INSERT INTO raw.book_quarantine BY NAME
  SELECT getvariable('import') AS import_id, getvariable('book') AS book, source_line, line_id, customer_id, partner_customer_ref, currency, reason,
    coalesce(payload, '') AS payload, TRUE AS in_force, amount, booked_from, booked_to, reference
  FROM book_sorted WHERE reason IS NOT NULL ORDER BY source_line`

const importSql = `
  INSERT INTO recon.book_imports
  SELECT getvariable('import'), getvariable('book'), getvariable('file'), $1, $2, $3, $4, $5::TIMESTAMPTZ, $6, getvariable('whole'),
    (SELECT count(*) FROM book_sorted), (SELECT count(*) FROM book_compared WHERE change = 'new'),
    (SELECT count(*) FROM book_compared WHERE change = 'changed'), (SELECT count(*) FROM book_compared WHERE change = 'unchanged'),
    (SELECT count(*) FROM book_sorted WHERE is_repeated), (SELECT count(*) FROM book_sorted WHERE reason IS NOT NULL),
    (SELECT count(*) FROM book_removed)`

const steps: ReadonlyArray<string> = [
  compareSql,
  removedSql,
  supersedeSql(changedIds),
  supersedeSql(removedIds),
  deleteSql(changedIds),
  deleteSql(removedIds),
  insertSql,
  settleQuarantineSql,
  quarantineSql,
]

/**
 * An empty file must not empty a book; of several lines that all cannot be read the map is wrong, not the lines; and where
 * nothing in it is even a line of its format, the format is.
 */
const refuseUseless = (sql: Sql, { file, whole }: ImportRequest): Effect.Effect<void, StoreError | BookFileError> =>
  Effect.gen(function* () {
    const [read] = yield* sql.rows<{
      lines: bigint
      good: bigint
      whole_lines: bigint
      line: bigint | null
      reason: string | null
    }>(
      `SELECT count(*) AS lines, count(*) FILTER (reason IS NULL) AS good, min(source_line) AS line, arg_min(reason, source_line) AS reason,
         (SELECT count(*) FROM book_source WHERE fault IS NULL) AS whole_lines
       FROM book_sorted`,
    )
    if (read === undefined || read.good > 0n) return
    const isOneBadLine = read.lines === 1n && read.whole_lines === 1n
    if (!whole && (read.lines === 0n || isOneBadLine)) return
    const detail =
      read.lines === 0n
        ? "has no line, so it cannot be the whole book; correct the file, or leave out --replace"
        : `no line of it can be read, so nothing was imported (line ${read.line}: ${read.reason}); check that the map and --format are meant for this file`
    return yield* new BookFileError({ file, line: null, detail })
  })

/** Reading leaves these behind; they are as large as the file. */
const leftovers = [
  "book_text",
  "book_parsed",
  "book_record",
  "book_reject",
  "book_json",
  "book_object",
  "book_source",
  "book_read",
  "book_sorted",
  "book_compared",
  "book_removed",
]

interface ImportRow {
  readonly import_id: string
  readonly lines_read: bigint
  readonly lines_new: bigint
  readonly lines_changed: bigint
  readonly lines_unchanged: bigint
  readonly lines_repeated: bigint
  readonly lines_quarantined: bigint
  readonly lines_removed: bigint
}

const faultsOf = (sql: Sql, importId: string) =>
  Effect.map(
    sql.rows<{ source_line: bigint; reason: string }>(
      "SELECT source_line, reason FROM raw.book_quarantine WHERE import_id = $1 ORDER BY source_line LIMIT 5",
      [importId],
    ),
    (rows) => rows.map((row) => ({ line: Number(row.source_line), reason: row.reason })),
  )

const newImportId = Effect.gen(function* () {
  const entropy = yield* Entropy
  const importedAt = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
  return { importId: `${importedAt.replace(/[-:.]/g, "")}-${entropy.uuid().slice(0, 4)}`, importedAt }
})

/** DuckDB would take these for a pattern of several files. */
const patternCharacters = /[*?[\]]/

/**
 * Reads a file of the partner's books into the book's lines, all of it in one transaction. A line seen before is updated
 * where its content differs; what cannot be read goes to quarantine with its reason; the import is put on record. The same
 * file by the same map, imported again, changes nothing.
 */
export const importBook = (request: ImportRequest) =>
  Effect.gen(function* () {
    const database = yield* Database
    const { file } = request
    const name = basename(file)
    if (patternCharacters.test(file)) {
      return yield* new BookFileError({
        file,
        line: null,
        detail: "the path has one of * ? [ ], which would name several files; rename it",
      })
    }
    const { bytes, sha256 } = yield* hashOf(file, resolve(file), request.format)
    const read: ReadMap = request.map ?? { file: "the map of bank statements", map: camtMap, sha256: "built in" }
    const base = { book: request.book, file: name, format: request.format, sha256 }

    const [last] = yield* database.rows<
      ImportRow & { sha256: string; map_sha256: string; format: string; whole: boolean }
    >("SELECT * FROM recon.book_imports WHERE book = $1 ORDER BY import_id DESC LIMIT 1", [request.book])
    const isSame = last?.sha256 === sha256 && last.map_sha256 === read.sha256 && last.format === request.format
    if (isSame && (last.whole || !request.whole)) {
      return {
        ...base,
        importId: last.import_id,
        known: true,
        read: Number(last.lines_read),
        new: 0,
        changed: 0,
        unchanged: Number(last.lines_new + last.lines_changed + last.lines_unchanged),
        repeated: Number(last.lines_repeated),
        quarantined: Number(last.lines_quarantined),
        removed: 0,
        statements: [],
        faults: yield* faultsOf(database, last.import_id),
      } satisfies ImportResult
    }

    yield* checkMoment(database, read)
    const { source, statements } = yield* readSource(database, request, read)
    yield* database.run(readLinesSql(read.map, source, mappedColumns(read.map)))
    const { importId, importedAt } = yield* newImportId
    yield* database.transaction((sql) =>
      Effect.gen(function* () {
        yield* sql.run(`SET VARIABLE book = ${quoteText(request.book)}`)
        yield* sql.run(`SET VARIABLE import = ${quoteText(importId)}`)
        yield* sql.run(`SET VARIABLE file = ${quoteText(name)}`)
        yield* sql.run(`SET VARIABLE whole = ${request.whole}`)
        yield* sql.run(sortLinesSql)
        yield* refuseUseless(sql, request)
        for (const step of steps) yield* sql.run(step)
        yield* sql.run(importSql, [request.format, String(bytes), sha256, read.sha256, importedAt, request.by])
        for (const one of statements) {
          yield* sql.run("INSERT INTO recon.book_statements VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", [
            importId,
            one.id,
            one.account,
            one.currency,
            one.opening,
            one.booked,
            one.closing,
            one.entries,
            one.notBooked,
            one.opening !== null && one.closing !== null,
          ])
        }
      }),
    )
    for (const table of leftovers) yield* database.run(`DROP TABLE IF EXISTS temp.${table}`)
    const [row] = yield* database.rows<ImportRow>("SELECT * FROM recon.book_imports WHERE import_id = $1", [importId])
    return {
      ...base,
      importId,
      known: false,
      read: Number(row?.lines_read),
      new: Number(row?.lines_new),
      changed: Number(row?.lines_changed),
      unchanged: Number(row?.lines_unchanged),
      repeated: Number(row?.lines_repeated),
      quarantined: Number(row?.lines_quarantined),
      removed: Number(row?.lines_removed),
      statements,
      faults: yield* faultsOf(database, importId),
    } satisfies ImportResult
  })
