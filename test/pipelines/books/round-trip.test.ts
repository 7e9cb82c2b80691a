import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Database } from "../../../src/store/database.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"
import { type Next, numbersFrom, oneOf, shuffled } from "../../support/random.ts"
import {
  asCamt,
  asCsv,
  asJson,
  asParquet,
  type BookLine,
  decimalOf,
  type WrittenBook,
} from "../../support/written-books.ts"

/** ROUNDS=300 SEED=7 looks further. */
const rounds = Number(process.env.ROUNDS ?? 8)
const seed = Number(process.env.SEED ?? 1)

const pieces = [
  '"',
  ",",
  ";",
  "|",
  "\t",
  "\n",
  "a",
  "B",
  " ",
  "'",
  "\u00e9",
  "\u20ac",
  "&",
  "<",
  "7",
  "=",
  "-",
  "\\",
  "{",
  "]",
  ":",
]

const wordsOf = (next: Next): string | null => {
  const text = Array.from({ length: next(7) }, () => pieces[next(pieces.length)] ?? "")
    .join("")
    .trim()
  // What stands for nothing in some dialect is no text of its own.
  return text === "" || text === "-" || /^=".*"$/s.test(text) ? null : text
}

const linesOf = (next: Next, count: number): ReadonlyArray<BookLine> => {
  const isInstant = next(3) === 0
  const isNumbered = next(2) === 0
  return Array.from({ length: count }, (_, at) => {
    const { rest, whole } = decimalOf(next)
    const digits = rest === "" ? whole : `${whole}.${rest}`
    const day = `2026-0${1 + next(3)}-${String(1 + next(28)).padStart(2, "0")}`
    const time = [next(24), next(60), next(60)].map((value) => String(value).padStart(2, "0")).join(":")
    return {
      id: isNumbered ? String(1000 + at) : `${oneOf(next, "A-", "00", "x/")}${at}`,
      when: isInstant ? `${day}T${time}Z` : day,
      amount: next(2) === 0 && /[1-9]/.test(digits) ? `-${digits}` : digits,
      currency: oneOf(next, "EUR", "USD", "BTC"),
      reference: wordsOf(next),
      text: wordsOf(next),
    }
  })
}

const plain = (amount: string): string => (amount.includes(".") ? amount.replace(/\.?0+$/, "") : amount)

/** What a book holds, in words; a statement's lines have ids that are made of what they say. */
const book = (hasIds: boolean) =>
  Effect.flatMap(Database, (database) =>
    Effect.map(
      database.rows<{ line: string }>(
        `SELECT to_json([${hasIds ? "line_id" : "''"}, strftime(booked_from, '%Y-%m-%dT%H:%M:%SZ'), strftime(booked_to + CASE WHEN booked_from = booked_to THEN INTERVAL 0 SECOND ELSE INTERVAL 1 MICROSECOND END, '%Y-%m-%dT%H:%M:%SZ'),
           amount::VARCHAR, currency, coalesce(reference, 'none'), coalesce(description, 'none')])::VARCHAR AS line FROM main.book_lines`,
      ),
      (rows) =>
        rows
          .map(({ line }) => JSON.parse(line) as ReadonlyArray<string>)
          .map(([id, from, to, amount = "", ...others]) => JSON.stringify([id, from, to, plain(amount), ...others]))
          .sort(),
    ),
  )

const nextDay = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

const meant = (lines: ReadonlyArray<BookLine>, hasIds: boolean): ReadonlyArray<string> =>
  lines
    .map(({ amount, currency, id, reference, text, when }) => {
      const [from, to] = when.includes("T") ? [when, when] : [`${when}T00:00:00Z`, `${nextDay(when)}T00:00:00Z`]
      return JSON.stringify([hasIds ? id : "", from, to, plain(amount), currency, reference ?? "none", text ?? "none"])
    })
    .sort()

const everything = Effect.flatMap(Database, (database) =>
  Effect.forEach(
    [
      "main.book_lines",
      "main.superseded_book_lines",
      "raw.book_quarantine",
      "recon.book_statements",
      "recon.book_bookings",
    ],
    (table) => database.rows(`SELECT * FROM ${table} ORDER BY ALL`),
  ),
)

const take = ({ bytes, format, map, name }: WrittenBook, again = false) =>
  Effect.zipRight(TestClock.adjust("1 second"), importText(name, bytes, map, { format, again }))

/** Any format whose lines have ids of their own. */
const written = (lines: ReadonlyArray<BookLine>, next: Next) =>
  [() => Effect.succeed(asCsv(lines, next)), () => Effect.succeed(asJson(lines, next)), () => asParquet(lines, next)][
    next(3)
  ]?.() ?? Effect.succeed(asCsv(lines, next))

layer(booksStore)("a random book", (it) => {
  const formats = {
    CSV: (lines: ReadonlyArray<BookLine>, next: Next) => Effect.succeed(asCsv(lines, next)),
    JSON: (lines: ReadonlyArray<BookLine>, next: Next) => Effect.succeed(asJson(lines, next)),
    Parquet: asParquet,
    CAMT: (lines: ReadonlyArray<BookLine>, next: Next) => Effect.succeed(asCamt(lines, next)),
  }
  for (const [format, write] of Object.entries(formats)) {
    it.effect(
      `is read back to the last digit from ${format} in every dialect, and changes nothing when it comes again`,
      () =>
        Effect.gen(function* () {
          for (let round = 0; round < rounds; round += 1) {
            const next = numbersFrom(seed * 1000 + round)
            const lines = linesOf(next, 1 + next(20))
            const file = yield* write(lines, next)
            const how = `round ${round}: ${file.how} by ${JSON.stringify(file.map)}`
            yield* emptyStore
            const first = yield* take(file)
            expect(yield* book(format !== "CAMT"), how).toEqual(meant(lines, format !== "CAMT"))
            const before = yield* everything
            expect(yield* take(file), how).toMatchObject({ known: true, importId: first.importId })
            expect(yield* take(file, true), how).toMatchObject({ new: 0, changed: 0, removed: 0, quarantined: 0 })
            expect(yield* book(format !== "CAMT"), how).toEqual(meant(lines, format !== "CAMT"))
            if (format !== "CAMT") expect(yield* everything, how).toEqual(before)
          }
        }),
    )
  }

  it.effect(
    "is the same however its lines are split over files, formats and dialects, and in whatever order these come",
    () =>
      Effect.gen(function* () {
        for (let round = 0; round < rounds; round += 1) {
          const next = numbersFrom(seed * 1000 + round)
          const lines = linesOf(next, 2 + next(20))
          const parts = Array.from({ length: 2 + next(3) }, () => lines.filter(() => next(2) === 0))
          const rest = lines.filter((line) => !parts.some((part) => part.includes(line)))
          yield* emptyStore
          for (const part of shuffled(next, [...parts, rest])) {
            if (part.length > 0) yield* take(yield* written(shuffled(next, part), next))
          }
          expect(yield* book(true), `round ${round}`).toEqual(meant(lines, true))
        }
      }),
  )
})
