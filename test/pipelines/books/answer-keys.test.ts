import { existsSync, readdirSync, readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { expect, layer } from "@effect/vitest"
import { Array as Arrays, Effect, TestClock } from "effect"
import { formatOf } from "../../../src/pipelines/books/readers/formats.ts"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import { read, transaction } from "../../support/ledger-case.ts"
import { booksStore, emptyStore, importText, type JudgedRow, judgedRows } from "../../support/partner-books.ts"

/** Answer keys of a peer, where they lie beside the checkout: what must come of matching a book, line by line; BOOK_KEYS names another place. */
const root =
  process.env.BOOK_KEYS === undefined
    ? new URL("../../../../shared/books-corpus/", import.meta.url)
    : pathToFileURL(`${process.env.BOOK_KEYS}/`)

type Pairs = ReadonlyArray<readonly [lines: ReadonlyArray<string>, transactions: ReadonlyArray<string>]>

interface Key {
  readonly matched?: Pairs
  readonly amount?: Pairs
  readonly date?: Pairs
  readonly onlyBooks?: ReadonlyArray<string>
  readonly onlyApi?: ReadonlyArray<string>
  readonly duplicate?: ReadonlyArray<string>
  readonly ambiguous?: ReadonlyArray<string>
  readonly invalid?: ReadonlyArray<string>
  readonly unproven?: ReadonlyArray<string>
}

interface Fixture {
  readonly id: string
  readonly api: ReadonlyArray<{
    readonly id: string
    readonly at: string
    readonly amount: string
    readonly fee?: string
    readonly currency: string
    readonly direction?: string
    readonly reference?: string
  }>
  readonly books: ReadonlyArray<{
    readonly file: string
    readonly text: string | ReadonlyArray<string>
    readonly map: Readonly<Record<string, unknown>>
    readonly args?: ReadonlyArray<string>
  }>
  readonly config: {
    readonly ledger?: { readonly scope?: Readonly<Record<string, object>> }
    readonly tolerance?: unknown
  }
  readonly key: Key
  /** The import must end with one of these. */
  readonly importExit?: ReadonlyArray<number>
  /** What was not right when the keys were made, and so is no promise. */
  readonly class?: string
}

const fixtures = (existsSync(root) ? readdirSync(root) : [])
  .filter((name) => name.endsWith(".json"))
  .sort()
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, root), "utf8")) as ReadonlyArray<Fixture>)
  .filter((fixture) => fixture.class === undefined)

/** What fixtures are judged by, the scope of each aside: those of equal settings are judged in one night, each by a book and a customer of its own. */
const settingsOf = ({ config: { ledger, ...others } }: Fixture) => {
  const { scope: _, ...settings } = ledger ?? {}
  return { ...others, books: settings }
}

const nights = Object.entries(Arrays.groupBy(fixtures, (fixture) => JSON.stringify(settingsOf(fixture))))

const apiRow =
  (customer: string) =>
  ({ amount, at, currency, direction = "CREDIT", fee = "0", id, reference }: Fixture["api"][number]) =>
    transaction(`${customer}:${id}`, {
      customer_id: customer,
      amount,
      fee,
      net_amount: fee === "0" ? amount : String(Number(amount) + (direction === "DEBIT" ? 1 : -1) * Number(fee)),
      currency,
      direction,
      reference: reference ?? null,
      created_at: at,
      posted_at: at,
    })

const exitCodeOf = (error: { readonly exitCode?: number }): number => error.exitCode ?? 1

const ownId = (id: string): string => id.replace(/^.*:/, "")

/** The verdicts of one book in the words of a key. */
const keyOf = (rows: ReadonlyArray<JudgedRow>, invalid: ReadonlyArray<string>): Required<Key> => {
  const pairs = (isOne: (row: JudgedRow) => boolean): Pairs => {
    const members = rows.filter((row) => row.match_id !== null && isOne(row))
    const of = (match: string | null, side: string) =>
      members.flatMap((row) => (row.match_id === match && row.side === side ? [ownId(row.record_id)] : []))
    return [...new Set(members.map((row) => row.match_id))].map((id) => [of(id, "line"), of(id, "transaction")])
  }
  const ids = (isOne: (row: JudgedRow) => boolean) => rows.filter(isOne).map((row) => ownId(row.record_id))
  return {
    matched: pairs(({ category }) => category === "matched" || category === "within tolerance"),
    amount: pairs(({ code }) => code === "BOOK_AMOUNT"),
    date: pairs(({ code }) => code === "BOOK_DATE"),
    onlyBooks: ids(({ code }) => code === "BOOK_MISSING_THERE"),
    onlyApi: ids(({ code }) => code === "BOOK_MISSING_HERE"),
    duplicate: ids(({ code }) => code === "BOOK_DUPLICATE"),
    ambiguous: ids(({ code }) => code === "BOOK_AMBIGUOUS"),
    invalid,
    unproven: ids(({ category }) => category === "unproven"),
  }
}

/** Every answer of a key as a word, in order, so that two keys are compared whole. */
const answers = (key: Key): ReadonlyArray<string> =>
  Object.entries(key)
    .flatMap(([answer, given]: [string, ReadonlyArray<string | ReadonlyArray<ReadonlyArray<string>>>]) =>
      given.map((one) =>
        typeof one === "string"
          ? `${answer} ${one}`
          : `${answer} ${one.map((side) => [...side].sort().join("+")).join(" = ")}`,
      ),
    )
    .sort()

/** Imports the books of a fixture; the code of a refusal where there is one. */
const importFixture = ({ books, id }: Fixture) =>
  Effect.forEach(books, ({ args = [], file, map, text }) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 second")
      const lines = `${(typeof text === "string" ? text : text.join("\n")).replace(/\{\{(\w+)\}\}/g, `${id}:$1`)}\n`
      const format = formatOf(file) ?? "csv"
      const { partnerCustomerRef: _, ...others } = map
      const imported = importText(
        file,
        lines,
        { ...others, customerId: { constant: id } },
        {
          format,
          book: id,
          whole: args.includes("--replace"),
        },
      )
      return yield* Effect.match(imported, { onFailure: exitCodeOf, onSuccess: () => 0 })
    }),
  )

layer(booksStore)("a peer's answer keys", (it) => {
  it.effect("may be missing", () => Effect.void)
  for (const [settings, night] of nights) {
    it.effect(`judged by ${settings}`, () =>
      Effect.gen(function* () {
        yield* emptyStore
        const database = yield* Database
        for (const fixture of night) {
          const codes = yield* importFixture(fixture)
          for (const code of codes) expect(fixture.importExit ?? [0, 3], fixture.id).toContain(code)
        }
        const run = yield* read({
          rows: night.flatMap(({ api, id }) => api.map(apiRow(id))),
          customers: night.map(({ id }) => id),
        })
        const scopes = night.map(({ config, id }) => [id, { ...config.ledger?.scope?.books, customers: [id] }] as const)
        const { books, ...others } = JSON.parse(settings) as ReturnType<typeof settingsOf>
        yield* reconcile(run, configurationWith({ ...others, books: { ...books, scope: Object.fromEntries(scopes) } }))
        const judged = yield* judgedRows
        const aside = yield* database.rows<{ book: string; line_id: string }>(
          "SELECT book, line_id FROM raw.book_quarantine WHERE in_force",
        )
        const came = night
          .filter(({ importExit }) => importExit === undefined)
          .map(({ id }) => {
            const invalid = aside.flatMap((row) => (row.book === id ? [row.line_id] : []))
            return [
              id,
              answers(
                keyOf(
                  judged.filter(({ book }) => book === id),
                  invalid,
                ),
              ),
            ]
          })
        const wanted = night
          .filter(({ importExit }) => importExit === undefined)
          .map(({ id, key }) => [id, answers(key)])
        expect(came).toEqual(wanted)
      }),
    )
  }
})
