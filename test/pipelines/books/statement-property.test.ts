import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Database } from "../../../src/store/database.ts"
import { type StatementText, statementsText } from "../../support/bank-statement.ts"
import { textOf, unitsOf } from "../../support/decimal.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"
import { type Next, numbersFrom, oneOf, shuffled } from "../../support/random.ts"

/** ROUNDS=300 SEED=7 looks further. */
const rounds = Number(process.env.ROUNDS ?? 4)
const seed = Number(process.env.SEED ?? 1)

/** The days of two short weeks. */
const days = Array.from({ length: 8 }, (_, at) => `2026-03-${String(2 + at).padStart(2, "0")}`)

interface Booking {
  readonly account: string
  readonly day: string
  readonly amount: string
  readonly words: string
}

/** Few amounts and words, so that equal bookings of one day are common. */
const bookingsOf = (next: Next): ReadonlyArray<Booking> =>
  Array.from({ length: 4 + next(16) }, () => ({
    account: oneOf(next, "XX01", "XX01", "XX02"),
    day: days[next(days.length)] ?? "",
    amount: oneOf(next, "-4", "10", "0.000000000000000001", "-12345678901234567890.5"),
    words: oneOf(next, "coffee", "sale"),
  }))

/** Every day is told by its own statement, by its week's or by one of both weeks, some of them by several. */
const periodsOf = (next: Next): ReadonlyArray<readonly [first: number, last: number]> => {
  const told = new Map<string, readonly [number, number]>()
  const tell = (first: number, last: number) => told.set(`${first}-${last}`, [first, last])
  if (next(6) === 0) tell(0, 7)
  if (next(2) === 0) tell(0, 3)
  if (next(2) === 0) tell(4, 7)
  for (const day of days.keys()) {
    const isTold = [...told.values()].some(([first, last]) => first <= day && day <= last)
    if (!isTold || next(3) === 0) tell(day, day)
  }
  return [...told.values()]
}

const sumOf = (entries: ReadonlyArray<Booking>, before: bigint): bigint =>
  entries.reduce((sum, { amount }) => sum + unitsOf(amount), before)

/** One statement, whole or in pages; its number is the same as that of many others. */
const statementsOf = (
  all: ReadonlyArray<Booking>,
  account: string,
  [first, last]: readonly [number, number],
  next: Next,
): ReadonlyArray<StatementText> => {
  const own = all.filter((one) => one.account === account)
  const within = ({ day }: Booking) => days.indexOf(day) >= first && days.indexOf(day) <= last
  const entries = shuffled(next, own.filter(within))
  const opening = sumOf(
    own.filter(({ day }) => days.indexOf(day) < first),
    0n,
  )
  const hasBalances = next(2) === 0
  const texts = (given: ReadonlyArray<Booking>) => given.map(({ amount, day, words }) => `${day} ${amount} ${words}`)
  const base = {
    id: String(1 + (first % 3)),
    account,
    period: [`${days[first]}T00:00:00`, `${days[last]}T23:59:59`] as const,
  }
  const cuts = [0, ...(entries.length > 1 && next(3) === 0 ? [1 + next(entries.length - 1)] : []), entries.length]
  const pages = cuts.slice(1).map((end, at) => entries.slice(cuts[at], end))
  return pages.map((page, at) => {
    const before = sumOf(pages.slice(0, at).flat(), opening)
    const isLast = at === pages.length - 1
    const balances = [
      `${at === 0 ? "OPBD" : "ITBD"} ${textOf(before)}`,
      `${isLast ? "CLBD" : "ITBD"} ${textOf(sumOf(page, before))}`,
    ]
    return {
      ...base,
      ...(pages.length === 1 ? {} : { page: [at + 1, isLast] as const }),
      ...(hasBalances ? { balances } : {}),
      entries: texts(page),
    }
  })
}

const book = Effect.flatMap(Database, (database) =>
  Effect.map(
    database.rows<{ line: string }>(
      `SELECT concat_ws(' ', account, strftime(booked_from, '%Y-%m-%d'), rtrim(rtrim(amount::VARCHAR, '0'), '.'), description) AS line
       FROM main.book_lines ORDER BY ALL`,
    ),
    (lines) => lines.map(({ line }) => line),
  ),
)

layer(booksStore)("random bookings of two accounts", (it) => {
  it.effect(
    "are the same book however they are split over days, weeks, pages and files, and in whatever order these come",
    () =>
      Effect.gen(function* () {
        const database = yield* Database
        for (let round = 0; round < rounds; round += 1) {
          const next = numbersFrom(seed * 1000 + round)
          const bookings = bookingsOf(next)
          const statements = shuffled(
            next,
            ["XX01", "XX02"].flatMap((account) =>
              periodsOf(next).flatMap((period) => statementsOf(bookings, account, period, next)),
            ),
          )
          const files: Array<Array<StatementText>> = []
          for (const statement of statements) {
            if (files.length === 0 || next(2) === 0) files.push([statement])
            else files[next(files.length)]?.push(statement)
          }
          const take = (file: ReadonlyArray<StatementText>, again: boolean) =>
            Effect.zipRight(
              TestClock.adjust("1 second"),
              importText("s.xml", statementsText(...file), null, { format: "camt053", again }),
            )
          yield* emptyStore
          for (const file of files) yield* take(file, false)
          const wanted = bookings
            .map(({ account, amount, day, words }) => `${account} ${day} ${amount} ${words}`)
            .sort()
          expect(yield* book, `round ${round}`).toEqual(wanted)
          const before = yield* database.rows("SELECT * FROM main.book_lines ORDER BY line_id")
          for (const file of shuffled(next, files).slice(0, 4)) {
            expect(yield* take(file, true), `round ${round}`).toMatchObject({ new: 0, changed: 0, removed: 0 })
          }
          expect(yield* database.rows("SELECT * FROM main.book_lines ORDER BY line_id"), `round ${round}`).toEqual(
            before,
          )
        }
      }),
  )
})
