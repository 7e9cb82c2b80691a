import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Database } from "../../../src/store/database.ts"
import { noticesText, statementsText } from "../../support/bank-statement.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"

const book = Effect.flatMap(Database, (database) =>
  Effect.map(
    database.rows<{ line: string }>(
      `SELECT concat_ws(' ', strftime(booked_from, '%d'), rtrim(rtrim(amount::VARCHAR, '0'), '.'), description) AS line FROM main.book_lines ORDER BY ALL`,
    ),
    (lines) => lines.map(({ line }) => line),
  ),
)

let files = 0

const takeText = (text: string, again = false) =>
  Effect.zipRight(
    TestClock.adjust("1 second"),
    Effect.suspend(() => importText(`e${files++}.xml`, text, null, { format: "camt053", again })),
  )

const batch = "2026-03-02 300 batch @R1"
const batchInParts = "2026-03-02 300 batch @R1 = 100 ann, 150 bob, 50 cid"
const single = "2026-03-02 20 single @R2"
const singleWithWords = "2026-03-02 20 single @R2 = 20 invoice 7"
const period = ["2026-03-02T00:00:00", "2026-03-02T23:59:59"] as const

const statement = (...entries: ReadonlyArray<string>) => statementsText({ id: "S-1", period, entries })
const notice = (id: string, ...entries: ReadonlyArray<string>) => noticesText({ id, entries })

layer(booksStore)("an entry that the bank tells in several messages", (it) => {
  const whole = ["02 100 ann", "02 150 bob", "02 20 invoice 7", "02 50 cid"]

  it.effect.each([
    ["the statement first", [statement(batch, single), notice("N-1", batchInParts, singleWithWords)]],
    ["the notice first", [notice("N-1", batchInParts, singleWithWords), statement(batch, single)]],
    ["a notice for each", [notice("N-1", batchInParts), statement(batch, single), notice("N-2", singleWithWords)]],
    ["the statement tells the parts", [notice("N-1", batch, single), statement(batchInParts, singleWithWords)]],
    [
      "all of it, and again",
      [statement(batch, single), notice("N-1", batchInParts, singleWithWords), statement(batch, single)],
    ],
  ] as const)("is in the book once, as the fullest tells it: %s", ([, texts]) =>
    Effect.gen(function* () {
      yield* emptyStore
      for (const text of texts) yield* takeText(text)
      expect(yield* book).toEqual(whole)
    }),
  )

  it.effect("says so, and asks nobody to look for what is not there twice", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* takeText(statement(batch, single))
      const { told } = yield* takeText(notice("N-1", batchInParts, singleWithWords))
      expect(told.slice(1)).toEqual([
        "2 entries are told by several messages of the bank, and in the book once, by the one that gives the most of their transactions",
      ])
    }),
  )

  it.effect.each([
    ["the statement first", [statement(batch, single), notice("N-1", batchInParts)]],
    ["the notice first", [notice("N-1", batchInParts), statement(batch, single)]],
  ] as const)("leaves nothing to look for where a notice has only some of the day's bookings: %s", ([, texts]) =>
    Effect.gen(function* () {
      yield* emptyStore
      let told: ReadonlyArray<string> = []
      for (const text of texts) told = (yield* takeText(text)).told
      expect(told.slice(1)).toEqual([
        "1 entry is told by several messages of the bank, and in the book once, by the one that gives the most of its transactions",
      ])
    }),
  )

  it.effect("is told where the statement does not have what a notice of its days has", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* takeText(notice("N-1", "2026-03-02 7 gone @R9"))
      const { told } = yield* takeText(statement(batch))
      expect(told.at(-1)).toContain("1 booking of statement N-1 is not in statement S-1")
    }),
  )

  it.effect(
    "is asked for where a later notice takes the place of the one that told its parts, and comes back as one amount",
    () =>
      Effect.gen(function* () {
        yield* emptyStore
        yield* takeText(statement(batch))
        yield* takeText(notice("N-1", batchInParts))
        const { told } = yield* takeText(notice("N-1", "2026-03-02 7 other @R9"))
        expect(told.find((sentence) => sentence.includes("lacks it"))).toMatch(
          /statement S-1 .*: import e\d+\.xml again with --again$/,
        )
        yield* takeText(statement(batch), true)
        expect(yield* book).toEqual(["02 300 batch", "02 7 other"])
      }),
  )

  it.effect(
    "is another one where amount, side, day or reference differ, or where one message has the reference twice",
    () =>
      Effect.gen(function* () {
        yield* emptyStore
        yield* takeText(statement(batch, "2026-03-02 20 first @R2", "2026-03-02 20 second @R2"))
        yield* takeText(
          notice(
            "N-1",
            "2026-03-02 299 less @R1 = 299 ann",
            "2026-03-02 -300 back @R1 = -300 ann",
            "2026-03-03 300 next day @R1 = 300 ann",
            "2026-03-02 300 else @R3 = 300 ann",
            "2026-03-02 20 third @R2 = 20 cid",
          ),
        )
        expect((yield* book).length).toBe(8)
      }),
  )
})
