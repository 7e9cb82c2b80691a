import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { configurationWith } from "../../support/configuration.ts"
import { type Ledger, read } from "../../support/ledger-case.ts"
import { booksStore, emptyStore, foundNow, importText, judgedRows, postingRow } from "../../support/partner-books.ts"

const map = {
  lineId: { column: "id" },
  date: { column: "day" },
  amount: { column: "amount" },
  currency: { constant: "EUR" },
  partnerCustomerRef: { column: "customer" },
}

const books = (...rest: ReadonlyArray<string>) => ["id,day,customer,amount", ...rest, ""].join("\n")

const scope = { books: { from: "2026-03-01", to: "2026-03-08" } }

const night = (count: number, ledger: Omit<Ledger, "night" | "customers">, settings: object = {}) =>
  Effect.gen(function* () {
    const run = yield* read({ ...ledger, night: count, customers: ["c-1"] })
    yield* reconcile(run, configurationWith({ books: { scope }, ...settings }))
    return (yield* foundNow).map((row) => `${row.code} ${row.record_id} ${row.state}`)
  })

const one = postingRow("t-1 2026-03-03T09:00:00Z c-1 EUR +10")
const nameless = { ...map, partnerCustomerRef: undefined }
const plain = (...rest: ReadonlyArray<string>) => ["id,day,amount", ...rest, ""].join("\n")

layer(booksStore)("a break of the books, from night to night,", (it) => {
  it.effect("is resolved by the import that brings the line, and found again when the line is taken out", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", plain("L0,2026-03-02,1"), nameless)
      const zero = postingRow("t-0 2026-03-02T09:00:00Z c-1 EUR +1")
      expect(yield* night(0, { rows: [zero, one] })).toEqual(["BOOK_MISSING_HERE books/t-1 open"])
      yield* TestClock.adjust("1 minute")
      yield* importText("b.csv", plain("L1,2026-03-03,10"), nameless)
      expect(yield* night(1, { rows: [zero, one] })).toEqual(["BOOK_MISSING_HERE books/t-1 resolved"])
      yield* TestClock.adjust("1 minute")
      yield* importText("c.csv", plain("L0,2026-03-02,1"), nameless, { whole: true })
      expect(yield* night(2, { rows: [zero, one] })).toEqual(["BOOK_MISSING_HERE books/t-1 reopened"])
    }),
  )

  it.effect("is not resolved by a night that could not judge it", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", plain("L1,2026-03-03,10"), nameless)
      expect(yield* night(0, { rows: [] })).toEqual(["BOOK_MISSING_THERE books/L1 open"])
      const partial = { rows: [], coverage: { "c-1/transactions": "PARTIAL" } } as const
      expect((yield* night(1, partial)).filter((text) => text.startsWith("BOOK_"))).toEqual([
        "BOOK_MISSING_THERE books/L1 open",
      ])
      expect(yield* night(2, { rows: [one] })).toEqual(["BOOK_MISSING_THERE books/L1 resolved"])
    }),
  )

  it.effect(
    "is found as BOOK_INVALID where a line cannot be read, and then nothing that it may be is called missing",
    () =>
      Effect.gen(function* () {
        yield* emptyStore
        yield* importText("a.csv", plain("L0,2026-03-02,1", "L1,2026-03-03,ten"), nameless)
        const rows = [
          postingRow("t-0 2026-03-02T09:00:00Z c-1 EUR +1"),
          one,
          postingRow("t-2 2026-03-03T09:00:00Z c-1 USD +10"),
          // The day of the line can be read, and lies too far from this one.
          postingRow("t-3 2026-03-07T09:00:00Z c-1 EUR +10"),
        ]
        expect((yield* night(0, { rows })).filter((text) => text.startsWith("BOOK_"))).toEqual([
          "BOOK_INVALID books/L1 open",
          "BOOK_MISSING_HERE books/t-2 open",
          "BOOK_MISSING_HERE books/t-3 open",
        ])
        expect((yield* judgedRows).filter((row) => row.category === "unproven").map((row) => row.record_id)).toEqual([
          "t-1",
        ])
      }),
  )

  it.effect("has the severity, and can be switched off, as the configuration says", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", plain("L1,2026-03-03,99"), nameless)
      const settings = { checks: { BOOK_MISSING_HERE: { enabled: false }, BOOK_MISSING_THERE: { severity: "low" } } }
      yield* night(0, { rows: [one] }, settings)
      expect((yield* foundNow).map((row) => `${row.code} ${row.severity}`)).toEqual(["BOOK_MISSING_THERE low"])
    }),
  )

  it.effect("is told of a reference that the roster does not know as unproven, never matched with somebody else", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", books("L1,2026-03-03,NOBODY-1,10"), map)
      expect(yield* night(0, { rows: [one] })).toEqual(["BOOK_MISSING_HERE books/t-1 open"])
      expect((yield* judgedRows).map((row) => `${row.record_id} ${row.category}`)).toEqual([
        "L1 unproven",
        "t-1 exception",
      ])
    }),
  )

  it.effect("is nothing at all where no books were imported", () =>
    Effect.gen(function* () {
      yield* emptyStore
      expect(yield* night(0, { rows: [one] })).toEqual([])
      expect(yield* judgedRows).toEqual([])
    }),
  )
})
