import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Database } from "../../../src/store/database.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"

/** Exports of a bank that counts the lines of each account from 1. */
const csv = (...lines: ReadonlyArray<string>) => ["id,account,day,amount", ...lines, ""].join("\n")

const checking = csv(
  "1,de02 1203 0000 0000 2020 51,2026-03-02,10",
  "2,DE02120300000000202051,2026-03-03,-4",
  "3,DE02120300000000202051,2026-03-04,7",
)
const savings = csv("1,DE99,2026-03-02,500", "2,DE99,2026-03-05,-20")

const map = {
  lineId: { column: "id" },
  date: { column: "day" },
  amount: { column: "amount" },
  currency: { constant: "EUR" },
}
const byColumn = { ...map, account: { column: "account" } }

const take = (
  name: string,
  text: string,
  by: unknown,
  more: { readonly again?: boolean; readonly whole?: boolean } = {},
) => Effect.zipRight(TestClock.adjust("1 second"), importText(name, text, by, more))

const lines = Effect.flatMap(Database, (database) =>
  Effect.map(
    database.rows<{ line: string }>(
      `SELECT concat_ws(' ', line_id, account, rtrim(rtrim(amount::VARCHAR, '0'), '.')) AS line FROM main.book_lines ORDER BY line_id`,
    ),
    (all) => all.map(({ line }) => line),
  ),
)

const both = [
  "DE02120300000000202051/1 DE02120300000000202051 10",
  "DE02120300000000202051/2 DE02120300000000202051 -4",
  "DE02120300000000202051/3 DE02120300000000202051 7",
  "DE99/1 DE99 500",
  "DE99/2 DE99 -20",
]

layer(booksStore)("two accounts whose ids both begin with 1", (it) => {
  it.effect("are never one over the other: without an account the second file is refused, with the remedies", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* take("a.csv", checking, map)
      const before = yield* lines
      const error = yield* Effect.flip(take("b.csv", savings, map))
      expect(error).toMatchObject({ exitCode: 2 })
      expect(error.message).toMatch(
        /b\.csv: 2 of the 2 lines .* \(id 1, line 2: 10 EUR of 2026-03-02 by a\.csv, and 500 EUR of 2026-03-02 here\).*"account".*--book.*--again/,
      )
      expect(yield* lines).toEqual(before)
      expect(yield* take("b.csv", savings, map, { again: true })).toMatchObject({ changed: 2 })
    }),
  )

  it.effect("are one book where the map names the account, by its column or for the whole file", () =>
    Effect.gen(function* () {
      const byConstant = (constant: string) => ({ ...map, account: { constant } })
      const ways = [
        [byColumn, byColumn],
        [byConstant("DE02 1203 0000 0000 2020 51"), byConstant("de99")],
      ]
      for (const [first, second] of ways) {
        yield* emptyStore
        yield* take("a.csv", checking, first)
        yield* take("b.csv", savings, second)
        expect((yield* lines).map((line) => line.replaceAll("de99", "DE99"))).toEqual(both)
        yield* take("a.csv", checking, first, { again: true })
        expect((yield* lines).length).toBe(5)
      }
    }),
  )

  it.effect("keep their lines where the account is named only now", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* take("a.csv", checking, map)
      expect(yield* take("a.csv", checking, byColumn)).toMatchObject({ new: 0, changed: 0, unchanged: 3 })
      expect(yield* take("b.csv", savings, byColumn)).toMatchObject({ new: 2, changed: 0 })
      expect(yield* lines).toEqual([
        "1 DE02120300000000202051 10",
        "2 DE02120300000000202051 -4",
        "3 DE02120300000000202051 7",
        ...both.slice(3),
      ])
      const unnamed = yield* Effect.flip(take("d.csv", csv("1,,2026-03-02,1"), map))
      expect(unnamed.message).toMatch(
        /d\.csv, line 2: the id 1 is that of a line of account DE\d+.*name the account in this map/,
      )
      const shorter = csv("1,DE02120300000000202051,2026-03-02,10", "2,DE02120300000000202051,2026-03-03,-5")
      expect(yield* take("c.csv", shorter, byColumn, { whole: true })).toMatchObject({ changed: 1, removed: 3 })
    }),
  )

  it.effect("are set aside line by line where one has no account", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const result = yield* take("a.csv", csv("1,X,2026-03-02,1", "2,,2026-03-02,1"), byColumn)
      expect(result.faults).toEqual([{ line: 3, reason: "there is no account" }])
    }),
  )
})

layer(booksStore)("a file that says otherwise than others", (it) => {
  it.effect("is a correction where only some of it does, and that is told; by another map it is read anew", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* take("a.csv", checking, map)
      const { told } = yield* take("b.csv", checking.replace("-4", "-5"), map)
      expect(told).toEqual([
        "1 line of other files has another amount or day now (id 2, line 3: -4 EUR of 2026-03-03 by a.csv, and -5 EUR of 2026-03-03 here)",
      ])
      yield* emptyStore
      yield* take("a.csv", checking, map)
      expect(yield* take("a.csv", checking, { ...map, sign: "debitPositive" })).toMatchObject({ changed: 3, told: [] })
    }),
  )
})
