import { setTimeout as after } from "node:timers/promises"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { expect, layer } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as fc from "fast-check"
import { Database } from "../../src/store/database.ts"

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

const store = Database.layer({ file: ":memory:", access: "write", memoryLimit: "256MB" })

layer(store)("a table that is filled with rows", (it) => {
  it.effect("holds each text as it was given, and nothing where there was none", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const texts = fc.sample(fc.option(fc.string({ unit: "binary", maxLength: 40 }), { nil: null }), {
        numRuns: 5_000,
        seed: 7,
      })
      const long = "ä\u0000ß€😀".repeat(10_000)
      const given = [...texts, "", "\u0000", long, null]
      yield* database.fill(
        "filled",
        { place: ["INTEGER", (_, place) => place], text: ["VARCHAR", (text: string | null) => text] },
        given,
      )
      const rows = yield* database.rows<{ text: string | null }>("SELECT text FROM filled ORDER BY place")
      expect(rows.map(({ text }) => text)).toEqual(given)
    }),
  )

  it.effect("casts exactly to the column's type, and is made anew each time", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const columns = {
        amount: ["DECIMAL(38,18)", (amount: string | null) => amount],
        posted_at: ["TIMESTAMPTZ", () => "2026-03-29T01:30:00.123456Z"],
        entries: ["BIGINT", () => "9223372036854775807"],
        is_first: ["BOOLEAN", (_: string | null, place: number) => place === 0],
      } as const
      for (const amounts of [["1"], ["99999999999999999999.999999999999999999", "-0.000000000000000001", null]]) {
        yield* database.fill("filled", columns, amounts)
      }
      yield* database.append("filled", columns, ["1250.50"])
      expect(
        yield* database.rows(
          "SELECT amount::VARCHAR AS amount, posted_at::VARCHAR AS posted_at, entries, is_first FROM filled ORDER BY rowid",
        ),
      ).toEqual(
        (
          [
            ["99999999999999999999.999999999999999999", true],
            ["-0.000000000000000001", false],
            [null, false],
            ["1250.500000000000000000", true],
          ] as const
        ).map(([amount, isFirst]) => ({
          amount,
          posted_at: "2026-03-29 01:30:00.123456+00",
          entries: 9223372036854775807n,
          is_first: isFirst,
        })),
      )
    }),
  )

  it.effect("refuses what is none of its type, and the transaction leaves nothing behind", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* database.run("CREATE TABLE main.kept (number INTEGER)")
      const failed = yield* Effect.either(
        database.transaction((sql) =>
          Effect.gen(function* () {
            yield* sql.run("INSERT INTO main.kept VALUES (1)")
            yield* sql.fill("filled", { number: ["INTEGER", (text: string) => text] }, ["1", "one"])
          }),
        ),
      )
      expect(Either.isLeft(failed) && failed.left.reason).toBe("Query")
      expect(yield* database.rows("SELECT * FROM main.kept")).toEqual([])
      yield* database.fill("filled", { number: ["INTEGER", (text: string) => text] }, ["2"])
      expect(yield* database.rows("SELECT number FROM filled")).toEqual([{ number: 2 }])
    }),
  )

  it.effect(
    "keeps nothing back of rows that were refused, which garbage collection would write into the next table",
    () =>
      Effect.gen(function* () {
        const database = yield* Database
        const columns = { number: ["INTEGER", (text: string) => text] } as const
        yield* Effect.either(database.fill("filled", columns, [...Array.from({ length: 2_048 }, () => "1"), "one"]))
        yield* database.fill("filled", columns, ["2"])
        for (let times = 0; times < 20; times++) {
          collectGarbage()
          yield* Effect.promise(() => after(10))
        }
        expect(yield* database.rows("SELECT number FROM filled")).toEqual([{ number: 2 }])
      }),
  )
})
