import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { Clock, Effect, Layer, TestClock } from "effect"
import { type ImportRequest, importBook } from "../../src/pipelines/books/import.ts"
import { checkMap } from "../../src/pipelines/books/map.ts"
import type { BookFormat } from "../../src/pipelines/books/readers/formats.ts"
import { reconcile } from "../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../src/store/database.ts"
import type { CoverageState } from "../../src/store/states.ts"
import { configurationWith } from "./configuration.ts"
import { type LedgerRow, ledgerStore, newBooks, type Quarantined, read, runOf, transaction } from "./ledger-case.ts"
import { temporaryFolder } from "./temporary-folder.ts"

/**
 * A labelled case of matching the partner's books, in lines that a person reads at a glance.
 *
 * A book line: id, date or instant, customer (`-` for none), currency, amount, and optionally `transactionId:…`,
 * `resourceId:…` or `reference:…`, and `text:…` for its own words. A transaction: id, instant, customer, currency, signed net amount, and optionally
 * `PENDING` (or another status), `fee:…`, `type:…`, `resource:…`, `reference:…`.
 */
export interface BooksCase {
  readonly it: string
  readonly books: ReadonlyArray<string>
  readonly api: ReadonlyArray<string>
  /** `L1 + L2 = t-1 by reference`, in the order of the first line. */
  readonly matches: ReadonlyArray<string>
  /** `BOOK_DATE books/L1`, in order; with `(medium)` where a severity other than the check's is meant. */
  readonly found: ReadonlyArray<string>
  /** What is neither matched nor found: `line L1` or `transaction t-1` → category. */
  readonly others?: Readonly<Record<string, string>>
  /** Words that must stand in the note of what was judged: `line L1` or `transaction t-1` → words. */
  readonly notes?: Readonly<Record<string, string>>
  /** Words that must stand in the sentence of an exception: `books/L1` → words. */
  readonly says?: Readonly<Record<string, string>>
  /** Sentences that a person is told besides, in order. */
  readonly tells?: ReadonlyArray<string>
  /** How many cases a check could not judge, where any. */
  readonly unproven?: Readonly<Record<string, number>>
  readonly settings?: Readonly<Record<string, unknown>>
  /** Partitions that are not COMPLETE, as `customer/stream`. */
  readonly coverage?: Readonly<Record<string, CoverageState>>
  /** Payloads of quarantined transactions, by customer. */
  readonly quarantined?: Readonly<Record<string, unknown>>
}

/** The book of a case goes from the 1st to the 8th of March; the run is of the 10th. */
const scope = { books: { from: "2026-03-01", to: "2026-03-08" } }

const wordsOf = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

const valueOf = (words: ReadonlyArray<string>, key: string): string | null =>
  words.find((word) => word.startsWith(`${key}:`))?.slice(key.length + 1) ?? null

export const postingRow = (text: string): LedgerRow => {
  const [id = "", at = "", customer = "", currency = "", signed = "", ...more] = wordsOf(text)
  const isDebit = signed.startsWith("-")
  const net = signed.replace(/^[+-]/, "")
  const fee = valueOf(more, "fee") ?? "0"
  const status = more.find((word) => /^[A-Z]+$/.test(word)) ?? "COMPLETED"
  return transaction(id, {
    customer_id: customer,
    currency,
    direction: isDebit ? "DEBIT" : "CREDIT",
    net_amount: net,
    amount: fee === "0" ? net : String(Number(net) + (isDebit ? -1 : 1) * Number(fee)),
    fee,
    status,
    type: valueOf(more, "type") ?? "ADJUSTMENT",
    resource_id: valueOf(more, "resource"),
    reference: valueOf(more, "reference"),
    created_at: at,
    ...(status === "COMPLETED" || status === "REVERSED" ? { posted_at: at } : {}),
  })
}

/** The books as a CSV whose reference column says by its place what it refers to. */
const kinds = ["transactionId", "resourceId", "reference"] as const

/** Each kind of reference is a book file of its own, because a map names one kind. */
const filesOf = (books: ReadonlyArray<string>) =>
  kinds.map((kind, place) => ({
    kind,
    rows: books
      .map(wordsOf)
      .filter((words) => {
        const own = kinds.findIndex((other) => valueOf(words, other) !== null)
        return own === place || (own === -1 && kind === "reference")
      })
      .map(([id, at = "", customer, currency, amount, ...more]) =>
        [
          id,
          at.includes("T") ? at : "",
          at.includes("T") ? "" : at,
          customer,
          currency,
          amount,
          valueOf(more, kind) ?? "",
          valueOf(more, "text") ?? "",
        ].join(","),
      ),
  }))

const mapOf = (kind: string, withTime: boolean) => ({
  lineId: { column: "id" },
  ...(withTime ? { dateTime: { column: "at" } } : { date: { column: "day" } }),
  amount: { column: "amount" },
  currency: { column: "currency" },
  customerId: { column: "customer" },
  reference: { column: "reference", refersTo: kind },
  description: { column: "text" },
})

const header = "id,at,day,customer,currency,amount,reference,text"

export const mapped = (content: unknown, format: BookFormat = "csv") =>
  Effect.map(checkMap("map.json", content, format), (map) => ({
    file: "map.json",
    map,
    sha256: JSON.stringify(content),
  }))

/** Imports a text as a file of this name. */
export const importText = (
  name: string,
  text: string | Uint8Array,
  map: unknown,
  request: Partial<Omit<ImportRequest, "map" | "file">> = {},
) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const file = join(folder, name)
    writeFileSync(file, text)
    return yield* importBook({
      file,
      format: "csv",
      map: map === null ? null : yield* mapped(map, request.format),
      book: "books",
      whole: false,
      by: "tests",
      ...request,
    })
  }).pipe(Effect.scoped)

const importBooks = (books: ReadonlyArray<string>) =>
  Effect.forEach(
    filesOf(books).flatMap(({ kind, rows }) =>
      [true, false].map((withTime) => ({
        kind,
        withTime,
        rows: rows.filter((row) => (row.split(",")[1] !== "") === withTime),
      })),
    ),
    ({ kind, rows, withTime }) =>
      rows.length === 0
        ? Effect.void
        : importText(
            `${kind}-${withTime}.csv`,
            [header, ...rows.map((row) => row.replace(/,-,/, ",,")), ""].join("\r\n"),
            mapOf(kind, withTime),
          ),
    { discard: true },
  )

const bookTables = [
  "main.book_lines",
  "main.superseded_book_lines",
  "raw.book_quarantine",
  "recon.book_imports",
  "recon.book_statements",
  "recon.book_bookings",
  "recon.book_judged",
]

/** Cases are of March 2026, and a line that lies years from the clock is set aside. */
const clockOfCases = Effect.flatMap(Clock.currentTimeMillis, (now) =>
  now < Date.parse("2026-03-10T02:00:00Z") ? TestClock.setTime(Date.parse("2026-03-10T02:00:00Z")) : Effect.void,
)

/** Empties the store, the books too. */
export const emptyStore = Effect.all([
  clockOfCases,
  newBooks,
  Effect.flatMap(Database, (database) =>
    Effect.forEach(bookTables, (table) => database.run(`DELETE FROM ${table}`), { discard: true }),
  ),
])

export const booksStore = Layer.mergeAll(ledgerStore, NodeContext.layer)

export interface JudgedRow {
  readonly book: string
  readonly side: string
  readonly record_id: string
  readonly match_id: string | null
  readonly rule: string | null
  readonly category: string
  readonly code: string | null
  readonly currency: string
  readonly amount: string
  readonly difference: string | null
  readonly note: string | null
}

export const judgedRows = Effect.flatMap(Database, (database) =>
  database.rows<JudgedRow>("SELECT * FROM recon.book_judged ORDER BY book, side, record_id"),
)

const matchesIn = (rows: ReadonlyArray<JudgedRow>): ReadonlyArray<string> => {
  const ids = [...new Set(rows.flatMap((row) => (row.match_id === null ? [] : [row.match_id])))]
  return ids
    .map((id) => {
      const members = rows.filter((row) => row.match_id === id)
      const of = (side: string) =>
        members
          .filter((row) => row.side === side)
          .map((row) => row.record_id)
          .sort()
          .join(" + ")
      return `${of("line")} = ${of("transaction")} by ${members[0]?.rule}`
    })
    .sort()
}

export const foundNow = Effect.flatMap(Database, (database) =>
  database.rows<{ code: string; record_id: string; severity: string; state: string; detail: string }>(
    `SELECT code, record_id, severity, state, detail FROM recon.exceptions WHERE starts_with(code, 'BOOK_') ORDER BY code, record_id`,
  ),
)

const customersOf = (books: BooksCase): ReadonlyArray<string> => [
  ...new Set(["c-1", "c-2", ...Object.keys(books.quarantined ?? {})]),
]

const settingsOf = (given: BooksCase["settings"]) => ({
  ...given,
  books: { scope, ...((given?.books as object | undefined) ?? {}) },
})

/** What a night over these books and transactions says, in the words of a case. */
export const judgeBooks = (books: BooksCase) =>
  Effect.gen(function* () {
    yield* emptyStore
    yield* importBooks(books.books)
    const quarantine: ReadonlyArray<Quarantined> = Object.entries(books.quarantined ?? {}).map(
      ([customer, payload]) => ({ customer, stream: "transactions", recordId: "t-unreadable", payload }),
    )
    const run = yield* read({
      rows: books.api.map(postingRow),
      customers: customersOf(books),
      coverage: books.coverage ?? {},
      quarantine,
    })
    yield* reconcile(run, configurationWith(settingsOf(books.settings)))
    const judged = yield* judgedRows
    const found = yield* foundNow
    const unproven = yield* Effect.flatMap(Database, (database) =>
      database.rows<{ code: string; unproven: bigint }>(
        "SELECT code, unproven FROM recon.check_results WHERE starts_with(code, 'BOOK_') AND unproven > 0",
      ),
    )
    const notes = yield* Effect.flatMap(Database, (database) =>
      database.rows<{ note: string }>("SELECT note FROM recon.notes ORDER BY note"),
    )
    return {
      tells: notes.map(({ note }) => note),
      unproven: Object.fromEntries(unproven.map((row) => [row.code, Number(row.unproven)])),
      run: runOf(0),
      judged,
      matches: matchesIn(judged),
      found: found.map(({ code, record_id, severity }) => ({ code, record: record_id, severity })),
      sentences: new Map(found.map(({ detail, record_id }) => [record_id, detail])),
      others: Object.fromEntries(
        judged
          .filter((row) => row.match_id === null && row.code === null)
          .map((row) => [`${row.side} ${row.record_id}`, row.category]),
      ),
    }
  })
