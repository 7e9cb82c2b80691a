import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { unitsOf } from "../../support/decimal.ts"
import { type BooksCase, booksStore, foundNow, type JudgedRow, judgeBooks } from "../../support/partner-books.ts"

/** Few customers, amounts, days and references, so that lines and transactions meet, miss, and meet several times. */
const customer = FastCheck.constantFrom("c-1", "c-1", "c-2")
const amount = FastCheck.constantFrom("10", "10", "20", "30", "-10", "10.000000000000000001", "40")
const currency = FastCheck.constantFrom("EUR", "EUR", "EUR", "USD")
const day = FastCheck.constantFrom("02", "03", "04", "06")
const hour = FastCheck.constantFrom("00", "09", "23")
const reference = FastCheck.constantFrom("A", "B", null, null)

const line = FastCheck.record({
  day,
  customer: FastCheck.constantFrom("c-1", "c-1", "c-2", "-"),
  currency,
  amount,
  reference: FastCheck.constantFrom(
    "transactionId:t-0",
    "resourceId:A",
    "resourceId:B",
    "reference:A",
    "reference:B",
    null,
    null,
    null,
    null,
  ),
  exact: FastCheck.boolean(),
})
const posting = FastCheck.record({
  day,
  hour,
  customer,
  currency,
  amount,
  resource: reference,
  reference,
  status: FastCheck.constantFrom("COMPLETED", "COMPLETED", "REVERSED", "PENDING"),
})

const worlds = FastCheck.record({
  lines: FastCheck.array(line, { minLength: 1, maxLength: 9 }),
  postings: FastCheck.array(posting, { maxLength: 9 }),
  tolerance: FastCheck.constantFrom("0", "0.01", "10"),
  proven: FastCheck.boolean(),
})
type World = ReturnType<typeof sample>[number]

const caseOf = (world: World): BooksCase => ({
  it: "a world of chance",
  books: world.lines.map(
    (one, place) =>
      `L${place} 2026-03-${one.day}${one.exact ? "T09:00:00Z" : ""} ${one.customer} ${one.currency} ${one.amount} ${one.reference ?? ""}`,
  ),
  api: world.postings.map(
    (one, place) =>
      `t-${place} 2026-03-${one.day}T${one.hour}:00:00Z ${one.customer} ${one.currency} ${one.amount} ${one.status} ${one.resource === null ? "" : `resource:${one.resource}`} ${one.reference === null ? "" : `reference:${one.reference}`}`,
  ),
  matches: [],
  found: [],
  settings: { tolerance: { EUR: { absolute: world.tolerance } } },
  ...(world.proven ? {} : { coverage: { "c-2/transactions": "PARTIAL" } }),
})

/** What must not depend on the order of rows: everything but where a line stands in its file. */
const told = (given: BooksCase) =>
  Effect.gen(function* () {
    const { judged } = yield* judgeBooks(given)
    return { judged, found: yield* foundNow }
  })

const sample = (runs: number, seed: number) => FastCheck.sample(worlds, { numRuns: runs, seed })

const sumOf = (amounts: ReadonlyArray<string>): bigint => amounts.reduce((sum, text) => sum + unitsOf(text), 0n)

const perCurrency = (rows: ReadonlyArray<{ readonly currency: string; readonly amount: string }>) =>
  Object.fromEntries(
    [...new Set(rows.map((row) => row.currency))].sort().map((one) => {
      const amounts = rows.filter((row) => row.currency === one).map((row) => row.amount)
      return [one, [amounts.length, sumOf(amounts)]]
    }),
  )

const isMatched = (row: JudgedRow): boolean => row.match_id !== null

layer(booksStore)("matching the books", (it) => {
  for (const [place, world] of sample(8, 11).entries()) {
    it.effect(`does not depend on the order of lines or transactions (world ${place})`, () =>
      Effect.gen(function* () {
        const given = caseOf(world)
        const straight = yield* told(given)
        const turned = yield* told({ ...given, books: [...given.books].reverse(), api: [...given.api].reverse() })
        expect(turned).toEqual(straight)
      }),
    )
  }

  for (const [place, world] of sample(12, 12).entries()) {
    it.effect(
      `accounts for each line once, for each transaction at most once, and for every amount (world ${place})`,
      () =>
        Effect.gen(function* () {
          const { judged } = yield* judgeBooks(caseOf(world))
          const lines = judged.filter((row) => row.side === "line")
          expect(lines.map((row) => row.record_id).sort()).toEqual(world.lines.map((_, at) => `L${at}`).sort())
          expect(perCurrency(lines)).toEqual(perCurrency(world.lines))
          const matched = lines.filter(isMatched)
          const unmatched = lines.filter((row) => !isMatched(row))
          expect(matched.length + unmatched.length).toBe(world.lines.length)

          const postings = judged.filter((row) => row.side === "transaction")
          // What stands on a list that was not read tonight is not judged.
          const isListed = (customer: string) => world.proven || customer !== "c-2"
          const posted = world.postings.flatMap((one, at) =>
            one.status === "PENDING" || !isListed(one.customer) ? [] : [`t-${at}`],
          )
          // The scope of the book holds every day of these worlds, so every posted transaction is told.
          expect(postings.map((row) => row.record_id).sort()).toEqual(posted.sort())

          // Both sides of every match make the difference that it tells, to the last digit.
          for (const id of new Set(judged.flatMap((row) => row.match_id ?? []))) {
            const of = (side: string) => judged.filter((row) => row.match_id === id && row.side === side)
            const [first] = of("line")
            expect(of("line").length * of("transaction").length).toBeGreaterThan(0)
            if (first?.difference === null || first === undefined) continue
            const difference =
              sumOf(of("line").map((row) => row.amount)) - sumOf(of("transaction").map((row) => row.amount))
            expect(unitsOf(first.difference)).toBe(difference)
            if (first.category === "matched") expect(difference).toBe(0n)
          }
        }),
    )
  }

  for (const [place, world] of sample(12, 13).entries()) {
    it.effect(`by amount pairs exactly those that are each other's only candidate (world ${place})`, () =>
      Effect.gen(function* () {
        const given = caseOf(world)
        const windowHours = 24
        const { judged } = yield* judgeBooks({
          ...given,
          settings: {
            books: {
              scope: { books: { from: "2026-03-01", to: "2026-03-08" } },
              rules: [{ by: "amount", windowHours }],
            },
          },
        })
        // By enumeration: what the one pass in the order of time must come to.
        const lineOf = (at: number) => world.lines[at] as (typeof world.lines)[number]
        const wide = windowHours * 3_600_000
        const spanOf = (at: number): readonly [number, number] => {
          const one = lineOf(at)
          const begin = Date.parse(`2026-03-${one.day}T${one.exact ? "09:00:00" : "00:00:00"}Z`)
          return [begin - wide, begin + (one.exact ? 0 : 86_400_000 - 0.001) + wide]
        }
        const alike = (at: number) => JSON.stringify({ ...lineOf(at), reference: lineOf(at).reference })
        const firsts = world.lines
          .map((_, at) => at)
          .filter((at) => world.lines.findIndex((__, other) => alike(other) === alike(at)) === at)
        const pairs = firsts.flatMap((at) =>
          world.postings.flatMap((one, other) => {
            const [from, to] = spanOf(at)
            const happened = Date.parse(`2026-03-${one.day}T${one.hour}:00:00Z`)
            const meets =
              one.status !== "PENDING" &&
              (world.proven || one.customer !== "c-2") &&
              one.currency === lineOf(at).currency &&
              one.amount === lineOf(at).amount &&
              (lineOf(at).customer === "-" || lineOf(at).customer === one.customer) &&
              happened >= from &&
              happened <= to
            return meets ? [[at, other] as const] : []
          }),
        )
        const expected = pairs
          .filter(
            ([at, other]) =>
              pairs.filter(([one]) => one === at).length === 1 && pairs.filter(([, one]) => one === other).length === 1,
          )
          .map(([at, other]) => `L${at} t-${other}`)
        const matches = judged
          .filter((row) => row.side === "line" && isMatched(row))
          .map((row) => {
            const other = judged.find((one) => one.side === "transaction" && one.match_id === row.match_id)
            return `${row.record_id} ${other?.record_id}`
          })
        expect(matches.sort()).toEqual(expected.sort())
      }),
    )
  }
})
