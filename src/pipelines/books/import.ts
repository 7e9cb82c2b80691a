import { basename, resolve } from "node:path"
import { Clock, DateTime, Effect } from "effect"
import { Entropy } from "../../api/entropy.ts"
import { Database, type Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { BookSettings } from "../configuration/books-settings.ts"
import { knownPlaces } from "../configuration/file.ts"
import { publishBookFacts } from "../evidence/publish.ts"
import { keepAccounts, replaceStatements, sortBookings } from "./bookings.ts"
import { hashOf } from "./file-hash.ts"
import {
  adoptAccountsSql,
  compareSql,
  importSql,
  leftovers,
  refuseUseless,
  removedSql,
  repeatedSql,
  sortLinesSql,
  steps,
} from "./import-sql.ts"
import { amountColumns, BookMapError, exactColumns, mappedColumns, type ReadMap, readStatementMap } from "./map.ts"
import type { BankStatement } from "./readers/bank-statement.ts"
import { type BookFormat, readers } from "./readers/formats.ts"
import { type BookAsk, BookFileError } from "./readers/reader.ts"
import { tellSaidOtherwise } from "./said-otherwise.ts"
import { readSql, stageRows } from "./stage.ts"
import { gapsOf, statementSentence, tellStatements } from "./told.ts"

export interface ImportRequest {
  readonly file: string
  readonly format: BookFormat
  /** Null for a bank statement that is read by its own names. */
  readonly map: ReadMap | null
  readonly book: string
  /** The file is the whole book: lines that it does not have are taken out. */
  readonly whole: boolean
  /** Read it although the same file was imported before. */
  readonly again?: boolean
  readonly by: string
  /** What of the configuration lines are read by; its defaults where it is left out. */
  readonly plausibleYears?: BookSettings["plausibleYears"]
  readonly places?: Readonly<Record<string, number>>
  /** Currencies that the configuration names otherwise. */
  readonly currencies?: ReadonlyArray<string>
}

/** What an import did. The lines read are the sum of new, changed, unchanged, repeated and quarantined. */
export interface ImportResult {
  readonly importId: string
  readonly book: string
  readonly file: string
  readonly format: string
  readonly sha256: string
  /** The same file was imported by the same map before: nothing was read again. */
  readonly known: boolean
  /** When that was; else null. */
  readonly knownSince: string | null
  readonly read: number
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  readonly repeated: number
  readonly quarantined: number
  readonly removed: number
  readonly statements: ReadonlyArray<BankStatement>
  /** What a person should know besides, in sentences. */
  readonly told: ReadonlyArray<string>
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

/** What a reader is asked for a map. */
export const askOf = (sql: Sql, file: string, { map }: ReadMap): BookAsk => ({
  sql,
  file,
  path: resolve(file),
  columns: mappedColumns(map),
  amounts: amountColumns(map),
  exact: exactColumns(map),
  delimiter: map.delimiter,
  encoding: map.encoding,
  list: map.list,
  hasPlainAmounts: map.decimalSeparator !== "," && map.thousandsSeparator === undefined,
  reversals: map.reversals,
})

interface ImportRow {
  readonly import_id: string
  readonly imported_at: string
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
 * The same file by the same map that this book has already. What was imported before changes nothing, unless a whole book
 * came since and took its lines out.
 */
const earlierImport = (sql: Sql, request: ImportRequest, sha256: string, mapSha256: string) =>
  Effect.map(
    sql.rows<ImportRow>(
      `SELECT * FROM recon.book_imports AS i
       WHERE book = $1 AND sha256 = $2 AND map_sha256 = $3 AND format = $4
         AND import_id >= coalesce((SELECT max(import_id) FROM recon.book_imports WHERE book = $1 AND whole), '')
         AND (NOT $5::BOOLEAN OR (whole AND import_id = (SELECT max(import_id) FROM recon.book_imports WHERE book = $1)))
       ORDER BY import_id DESC LIMIT 1`,
      [request.book, sha256, mapSha256, request.format, String(request.whole)],
    ),
    ([row]) => row,
  )

const strangersSql = `
  SELECT count(*) AS lines, min(named) AS name FROM recon.book_customer
  WHERE book = getvariable('book') AND standing = 'unknown' AND line_id IN (SELECT line_id FROM book_compared) AND EXISTS (SELECT 1 FROM main.customers)`

/** Lines in a currency that neither the configuration nor a transaction knows: a bank's own word for it, or a mistake. */
const strangeCurrenciesSql = `
  SELECT count(*) AS lines, min(currency) AS name FROM book_compared
  WHERE list_contains($1::VARCHAR[], currency) IS NOT TRUE AND currency NOT IN (SELECT currency FROM main.transactions WHERE currency IS NOT NULL)`

/**
 * Reads a file of the partner's books into the book's lines, all of it in one transaction. A line seen before is updated
 * where its content differs; what cannot be read goes to quarantine with its reason; the import is put on record. The same
 * file by the same map, imported again, changes nothing.
 */
export const importBook = (request: ImportRequest) =>
  Effect.gen(function* () {
    const database = yield* Database
    const { file, whole } = request
    const name = basename(file)
    if (patternCharacters.test(file)) {
      return yield* new BookFileError({
        file,
        line: null,
        detail: "the path has one of * ? [ ], which would name several files; rename it",
      })
    }
    const reader = readers[request.format]
    const { bytes, sha256 } = yield* hashOf(file, resolve(file))
    const read = request.map ?? (yield* readStatementMap)
    const base = { book: request.book, file: name, format: request.format, sha256 }

    const last = request.again === true ? undefined : yield* earlierImport(database, request, sha256, read.sha256)
    if (last !== undefined) {
      return {
        ...base,
        importId: last.import_id,
        known: true,
        knownSince: last.imported_at,
        read: Number(last.lines_read),
        new: 0,
        changed: 0,
        unchanged: Number(last.lines_new + last.lines_changed + last.lines_unchanged),
        repeated: Number(last.lines_repeated),
        quarantined: Number(last.lines_quarantined),
        removed: 0,
        statements: [],
        told: [],
        faults: yield* faultsOf(database, last.import_id),
      } satisfies ImportResult
    }

    yield* checkMoment(database, read)
    const columns = mappedColumns(read.map)
    const book = yield* reader.open(askOf(database, file, read))
    const places = { ...knownPlaces, ...request.places }
    const leftOut = yield* stageRows(database, read.map, columns, book, places)
    const { importId, importedAt } = yield* newImportId
    const year = Number(importedAt.slice(0, 4))
    const { ahead, back } = request.plausibleYears ?? { back: 10, ahead: 1 }
    const moment = (read.map.date ?? read.map.dateTime)?.column ?? ""
    yield* database.run(
      readSql(read.map, {
        isTyped: book.moments.has(moment),
        isWritersDay: book.statements.length > 0,
        firstYear: year - back,
        lastYear: year + ahead,
      }),
    )
    yield* publishBookFacts(database)
    const told = yield* database.transaction((sql) =>
      Effect.gen(function* () {
        yield* sql.run(`SET VARIABLE book = ${quoteText(request.book)}`)
        yield* sql.run(`SET VARIABLE import = ${quoteText(importId)}`)
        yield* sql.run(`SET VARIABLE file = ${quoteText(name)}`)
        yield* sql.run(`SET VARIABLE whole = ${whole}`)
        const ofStatements = { book: request.book, file: name, importId, statements: book.statements, whole }
        const hasStatements = book.statements.length > 0
        if (!hasStatements) {
          for (const statement of [sortLinesSql, adoptAccountsSql, removedSql]) yield* sql.run(statement)
          if (whole) yield* replaceStatements(sql, request.book, importId)
        }
        const plan = hasStatements ? yield* sortBookings(sql, ofStatements) : null
        yield* refuseUseless(sql, request)
        yield* sql.run(compareSql)
        const otherwise = hasStatements ? [] : yield* tellSaidOtherwise(sql, { ...request, sha256 })
        for (const step of steps) yield* sql.run(step)
        yield* sql.run(importSql, [request.format, String(bytes), sha256, read.sha256, importedAt, request.by])
        if (plan !== null) yield* keepAccounts(sql)
        const [strangers] = yield* sql.rows<{ lines: bigint; name: string | null }>(strangersSql)
        const lines = Number(strangers?.lines ?? 0n)
        const [strange] = yield* sql.rows<{ lines: bigint; name: string | null }>(strangeCurrenciesSql, [
          [...Object.keys(places), ...(request.currencies ?? [])],
        ])
        const inStrange = Number(strange?.lines ?? 0n)
        const [again] = hasStatements ? [] : yield* sql.rows<{ lines: bigint; example: string | null }>(repeatedSql)
        const repeated = Number(again?.lines ?? 0n)
        return [
          ...(leftOut === 0
            ? []
            : [`${leftOut} ${leftOut === 1 ? "line is" : "lines are"} left out, as leaveOut of the map says`]),
          ...(repeated === 0
            ? []
            : [
                `${repeated} ${repeated === 1 ? "line says" : "lines say"} what an earlier line of the file says, its id too (${again?.example}), and ${repeated === 1 ? "is" : "are"} not counted again; a booking of its own needs an id of its own`,
              ]),
          ...otherwise,
          ...book.statements.map(statementSentence),
          ...(plan === null ? [] : yield* tellStatements(sql, plan)),
          ...(plan === null ? [] : yield* gapsOf(sql, request.book, importId)),
          ...(inStrange === 0
            ? []
            : [
                `${inStrange} ${inStrange === 1 ? "line is" : "lines are"} in a currency that no transaction has, such as ${strange?.name}; correct it, or say in the configuration which one it is (currencyAliases), or that there is one (currencyPlaces)`,
              ]),
          ...(lines === 0
            ? []
            : [
                `${lines} ${lines === 1 ? "line names" : "lines name"} a customer who is on no roster yet, or by a reference that several have, such as ${strangers?.name}`,
              ]),
        ]
      }),
    )
    for (const table of leftovers) yield* database.run(`DROP TABLE IF EXISTS temp.${table}`)
    const [row] = yield* database.rows<ImportRow>("SELECT * FROM recon.book_imports WHERE import_id = $1", [importId])
    return {
      ...base,
      importId,
      known: false,
      knownSince: null,
      read: Number(row?.lines_read),
      new: Number(row?.lines_new),
      changed: Number(row?.lines_changed),
      unchanged: Number(row?.lines_unchanged),
      repeated: Number(row?.lines_repeated),
      quarantined: Number(row?.lines_quarantined),
      removed: Number(row?.lines_removed),
      statements: book.statements,
      told,
      faults: yield* faultsOf(database, importId),
    } satisfies ImportResult
  })
