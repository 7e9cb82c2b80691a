import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Database } from "../../../src/store/database.ts"
import { type StatementText, statementsText } from "../../support/bank-statement.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"

const rows = <R>(text: string) => Effect.flatMap(Database, (database) => database.rows<R>(text))

/** What the book holds: account, day, amount and words of each line, in order. */
const book = Effect.map(
  rows<{ line: string }>(
    `SELECT concat_ws(' ', account, strftime(booked_from, '%d'), rtrim(rtrim(amount::VARCHAR, '0'), '.'), description) AS line
     FROM main.book_lines ORDER BY ALL`,
  ),
  (lines) => lines.map(({ line }) => line),
)

let files = 0

const take = (...statements: ReadonlyArray<StatementText>) =>
  Effect.zipRight(
    TestClock.adjust("1 second"),
    Effect.suspend(() => importText(`s${files++}.xml`, statementsText(...statements), null, { format: "camt053" })),
  )

const gaps = Effect.map(
  rows<{ detail: string }>("SELECT detail FROM recon.book_statement_gap ORDER BY record_id"),
  (all) => all.map(({ detail }) => detail),
)

const march = (from: number, to = from): readonly [string, string] => [
  `2026-03-${String(from).padStart(2, "0")}T00:00:00`,
  `2026-03-${String(to).padStart(2, "0")}T23:59:59`,
]

const coffee = "2026-03-02 -4 coffee"
const sale = "2026-03-02 10 sale"
const fee = "2026-03-03 -1 fee"

layer(booksStore)("statements of one account", (it) => {
  const day = { id: "D-2", period: march(2), entries: [coffee, coffee, sale] }
  const next = { id: "D-3", period: march(3), entries: [fee] }
  const week = { id: "W-1", period: march(2, 8), entries: [coffee, sale, coffee, fee] }
  const pages = [
    { id: "P-1", page: [1, false] as const, period: march(2, 8), entries: [coffee, sale] },
    { id: "P-1", page: [2, true] as const, period: march(2, 8), entries: [coffee, fee] },
  ]
  const whole = ["XX01 02 -4 coffee", "XX01 02 -4 coffee", "XX01 02 10 sale", "XX01 03 -1 fee"]

  it.effect.each([
    ["days", [[day], [next]]],
    ["days, the later one first", [[next], [day]]],
    ["a week", [[week]]],
    ["days and then their week", [[day], [next], [week]]],
    ["the week between its days", [[next], [week], [day]]],
    ["pages", [[pages[0]], [pages[1]]]],
    ["pages, the later one first", [[pages[1]], [pages[0]]]],
    ["pages in one file, and a day", [pages, [day]]],
    ["all of it at once", [[day, next, week, ...pages]]],
    ["all of it, and again", [[day], [week], pages, [next], [day], [week], pages]],
  ] as ReadonlyArray<readonly [string, ReadonlyArray<ReadonlyArray<StatementText>>]>)(
    "are the same book however their bookings are split: %s",
    ([, split]) =>
      Effect.gen(function* () {
        yield* emptyStore
        for (const file of split) yield* take(...file)
        expect(yield* book).toEqual(whole)
      }),
  )

  it.effect("count equal bookings of two halves of a day as two", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const noon = "2026-03-02T12:00:00"
      yield* take({ id: "A", period: ["2026-03-02T00:00:00", noon], entries: [coffee] })
      yield* take({ id: "B", period: [noon, "2026-03-02T23:59:59"], entries: [coffee] })
      expect(yield* book).toEqual(["XX01 02 -4 coffee", "XX01 02 -4 coffee"])
      yield* take({ id: "C", period: march(2), entries: [coffee, coffee] })
      expect((yield* book).length).toBe(2)
    }),
  )

  it.effect("are corrected by a later telling, line by line, and not by an older one", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const first = { id: "K", period: march(2), created: "2026-03-03T04:00:00", entries: [sale, coffee] }
      const corrected = { ...first, created: "2026-03-04T04:00:00", entries: [sale, "2026-03-02 -5 coffee"] }
      yield* take(first)
      const told = (yield* take(corrected)).told.join("\n")
      expect(told).toMatch(/takes the place of the one that s\d+\.xml brought/)
      expect(told).toContain('-4 EUR of 2026-03-02 "coffee" is no longer in it')
      expect(told).toContain('-5 EUR of 2026-03-02 "coffee" is new')
      expect(yield* book).toEqual(["XX01 02 -5 coffee", "XX01 02 10 sale"])
      const older = yield* take({ ...first, entries: [sale, coffee, fee] })
      expect(older.told.join("\n")).toContain("is older than the one that")
      expect(yield* book).toEqual(["XX01 02 -5 coffee", "XX01 02 10 sale"])
    }),
  )

  it.effect("keep a booking that one of them no longer has, where another one has it", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* take(day)
      yield* take(week)
      yield* take({ ...day, entries: [sale] })
      expect(yield* book).toEqual(whole)
      yield* take({ ...week, entries: [sale, fee] })
      expect(yield* book).toEqual(["XX01 02 10 sale", "XX01 03 -1 fee"])
    }),
  )

  it.effect("of the same days that do not tell the same are told", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* take(day)
      const { told } = yield* take({ ...week, entries: [coffee, coffee, "2026-03-02 10 SALE", fee] })
      expect(told.join("\n")).toContain("1 booking of statement D-2 is not in statement W-1, which holds the same days")
    }),
  )

  it.effect("that leave a page or a statement out are told until it is there", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const of = (id: string, on: number, sequence: number, opening: number, closing: number): StatementText => ({
        id,
        period: march(on),
        sequence,
        balances: [`OPBD ${opening}`, `CLBD ${closing}`],
        entries: closing === opening ? [] : [`2026-03-0${on} ${closing - opening} sale`],
      })
      yield* take(of("1", 2, 5, 100, 110))
      const { told } = yield* take(of("3", 4, 7, 130, 131))
      expect(told.join("\n")).toMatch(/closes with 110 EUR, and this one opens with 130: the bank numbers them 5 and 7/)
      expect(yield* gaps).toHaveLength(1)
      yield* take(of("2", 3, 6, 110, 130))
      expect(yield* gaps).toEqual([])
      yield* take({
        id: "4",
        period: march(5),
        page: [2, true],
        balances: ["ITBD 135", "CLBD 136"],
        entries: ["2026-03-05 1 sale"],
      })
      expect((yield* gaps).join()).toContain("begins with a page within it")
      yield* take({
        id: "4",
        period: march(5),
        page: [1, false],
        balances: ["OPBD 131", "ITBD 135"],
        entries: ["2026-03-05 4 sale"],
      })
      expect(yield* gaps).toEqual([])
    }),
  )
})

layer(booksStore)("statements that an earlier version imported", (it) => {
  /** As the migration leaves them: what the bank said of each line was not kept. */
  const asOfOld = Effect.gen(function* () {
    const database = yield* Database
    for (const statement of [
      "UPDATE main.book_lines SET identity = NULL, account = NULL, line_id = concat('BANK-', source_line)",
      "UPDATE recon.book_statements SET place = NULL, period_from = NULL, period_to = NULL, message = NULL",
      "DELETE FROM recon.book_bookings",
    ]) {
      yield* database.run(statement)
    }
  })
  const ids = Effect.map(rows<{ line_id: string }>("SELECT line_id FROM main.book_lines ORDER BY line_id"), (all) =>
    all.map(({ line_id }) => line_id.replace(/[0-9a-f]{16}/, "…")),
  )
  const day = { id: "D-2", period: march(2), entries: [sale, coffee, coffee] }

  it.effect("keep the ids of their lines, and what rests on them, when a week holds the same bookings", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* take(day)
      yield* asOfOld
      const before = yield* ids
      const result = yield* take({ id: "W-1", period: march(2, 8), entries: [coffee, sale, coffee, fee] })
      expect([result.new, result.unchanged, result.removed]).toEqual([1, 3, 0])
      expect(yield* ids).toEqual([...before, "XX01/EUR/2026-03-03/…"])
    }),
  )

  it.effect("are corrected like others", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* take(day)
      yield* asOfOld
      const result = yield* take({ ...day, entries: [sale, coffee] })
      expect([result.new, result.unchanged, result.removed]).toEqual([0, 2, 1])
      expect(yield* book).toEqual(["XX01 02 -4 coffee", "XX01 02 10 sale"])
    }),
  )
})
