import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { movementRows } from "../../../src/pipelines/evidence/movements.ts"
import { Database } from "../../../src/store/database.ts"
import type { CoverageState } from "../../../src/store/tables.ts"
import { textOf, unitsOf } from "../../support/decimal.ts"
import {
  conversion,
  deposit,
  hoursBefore,
  judge,
  type LedgerRow,
  ledgerStore,
  postingOf,
  product,
  type Quarantined,
  transaction,
} from "../../support/ledger-case.ts"

/**
 * Few ids, customers, currencies and amounts, so that records and transactions meet, miss and meet twice; amounts small
 * enough that their sums fit.
 */
const customer = FastCheck.constantFrom("c-1", "c-2", "c-3")
const currency = FastCheck.constantFrom("EUR", "USD", "ETH")
const amount = FastCheck.constantFrom("100", "100.000000000000000001", "99.99", "0", "-3", "1415926535897932384.6")
const productStatus = FastCheck.constantFrom(
  "COMPLETED",
  "COMPLETED",
  "COMPLETED",
  "PENDING",
  "FAILED",
  "REVERSED",
  "?",
)
const postingStatus = FastCheck.constantFrom(
  "COMPLETED",
  "COMPLETED",
  "COMPLETED",
  "REVERSED",
  "PENDING",
  "FAILED",
  "?",
)
const direction = FastCheck.constantFrom("CREDIT", "DEBIT")
const streams = FastCheck.constantFrom(...movementRows.map((row) => row.stream))
const kinds = FastCheck.constantFrom(...new Set(movementRows.map((row) => row.resourceType)), "loan", null)
const hours = FastCheck.constantFrom(0.2, 2, 60, 400)

const values = FastCheck.record({ customer_id: customer, currency, net_amount: amount, amount, fee: amount })

const recordsOf = FastCheck.uniqueArray(
  FastCheck.record({
    stream: streams,
    id: FastCheck.constantFrom("1", "2", "3"),
    status: productStatus,
    hours,
    values,
  }),
  { maxLength: 8, selector: ({ id, stream }) => `${stream} ${id}` },
).map((drawn) =>
  drawn.map(({ hours, id, status, stream, values }) => {
    const given = { ...values, status, created_at: hoursBefore(hours), updated_at: hoursBefore(hours) }
    const settled = status === "COMPLETED" ? { completed_at: hoursBefore(hours) } : {}
    // Ids are unique over all lists, as the API's are.
    if (stream !== "conversions") {
      const deposit = stream === "crypto_refunds" ? { original_deposit_id: `crypto_deposits-${id}` } : {}
      return product(stream, `${stream}-${id}`, { ...given, ...settled, ...deposit })
    }
    return conversion(`${stream}-${id}`, {
      ...given,
      ...settled,
      from_currency: values.currency,
      from_amount: values.amount,
      to_amount: values.net_amount,
    })
  }),
)

const idOf = (record: LedgerRow): string =>
  record.values[movementRows.find((row) => row.stream === record.stream)?.id ?? ""] ?? ""

const ledger = recordsOf.chain((records) => {
  const link = FastCheck.record({
    kind: kinds,
    id: FastCheck.constantFrom("nowhere", null, ...records.map(idOf)),
  })
  const drawnTransaction = FastCheck.record({
    linked: FastCheck.option(FastCheck.nat(), { freq: 4 }),
    same: FastCheck.boolean(),
    link,
    status: postingStatus,
    direction,
    type: FastCheck.constantFrom("FEE", "ADJUSTMENT", "FIAT_DEPOSIT"),
    hours,
    values,
  })
  return FastCheck.record({
    records: FastCheck.constant(records),
    drawn: FastCheck.array(drawnTransaction, { maxLength: 10 }),
    partial: FastCheck.uniqueArray(FastCheck.tuple(customer, FastCheck.constantFrom("transactions", "fiat_deposits")), {
      maxLength: 1,
    }),
    unreadable: FastCheck.uniqueArray(FastCheck.record({ customer, resourceId: FastCheck.option(link) }), {
      maxLength: 1,
    }),
    basisPoints: FastCheck.constantFrom(0, 1, 10_000),
    order: FastCheck.array(FastCheck.nat(), { minLength: 18, maxLength: 18 }),
  }).map(({ basisPoints, drawn, partial, order, records, unreadable }) => ({
    records,
    transactions: drawn.map(({ direction, hours, link, linked, same, status, type, values }, index) => {
      const record = linked === null ? undefined : records[linked % records.length]
      // Instants differ: what happens at ties is a case of its own.
      const instant = new Date(Date.parse(hoursBefore(hours)) + index).toISOString()
      const posted = status === "COMPLETED" || status === "REVERSED" ? { posted_at: instant } : {}
      const own = { status, created_at: instant, updated_at: instant, ...posted }
      if (record === undefined) {
        return transaction(`t-${index}`, {
          ...values,
          ...own,
          type,
          direction,
          resource_type: link.kind,
          resource_id: link.id,
        })
      }
      const leg = direction === "DEBIT" ? "from" : "to"
      const exchanged = {
        direction,
        currency: record.values[`${leg}_currency`] ?? null,
        amount: record.values[`${leg}_amount`] ?? null,
        net_amount: record.values[`${leg}_amount`] ?? null,
      }
      const agreeing = record.stream === "conversions" ? exchanged : {}
      const differing = same ? agreeing : { ...values, direction }
      return postingOf(record, { ...differing, ...own, transaction_id: `t-${index}` })
    }),
    coverage: Object.fromEntries(partial.map(([id, stream]) => [`${id}/${stream}`, "PARTIAL"])) as Record<
      string,
      CoverageState
    >,
    quarantine: unreadable.map(
      ({ customer, resourceId }): Quarantined => ({
        customer,
        stream: "transactions",
        recordId: "t-q",
        payload: { resourceId: resourceId?.id ?? null },
      }),
    ),
    settings: { tolerance: { EUR: { absolute: "0.01", basisPoints } } },
    order,
  }))
})

const shuffled = <A>(rows: ReadonlyArray<A>, keys: ReadonlyArray<number>): ReadonlyArray<A> =>
  rows
    .map((row, index) => [keys[index] ?? 0, row] as const)
    .sort(([a], [b]) => a - b)
    .map(([, row]) => row)

const outcome = Effect.gen(function* () {
  const database = yield* Database
  const exceptions = yield* database.rows("SELECT * FROM recon.exceptions ORDER BY ALL")
  const matches = yield* database.rows("SELECT * FROM recon.matches ORDER BY ALL")
  const conservation = yield* database.rows("SELECT * FROM recon.conservation ORDER BY ALL")
  const results = yield* database.rows("SELECT * FROM recon.check_results ORDER BY ALL")
  const rollforward = yield* database.rows("SELECT * FROM recon.rollforward ORDER BY ALL")
  return { exceptions, matches, conservation, results, rollforward }
})

const sumsOf = (rows: ReadonlyArray<readonly [key: string, amount: string]>): Readonly<Record<string, string>> => {
  const sums = new Map<string, bigint>()
  for (const [key, amount] of rows) sums.set(key, (sums.get(key) ?? 0n) + unitsOf(amount))
  return Object.fromEntries([...sums].sort().map(([key, units]) => [key, textOf(units)]))
}

const sorted = (names: ReadonlyArray<string>): ReadonlyArray<string> => [...names].sort()

const movementNames = (records: ReadonlyArray<LedgerRow>): ReadonlyArray<string> =>
  records.flatMap((record) =>
    movementRows
      .filter((row) => row.stream === record.stream)
      .map((row) => `${record.stream} ${idOf(record)} ${row.direction}`),
  )

interface Match {
  readonly side: string
  readonly stream: string | null
  readonly record_id: string | null
  readonly leg: string | null
  readonly transaction_id: string | null
  readonly category: string
}

const categories = ["matched", "within tolerance", "exception", "in flight", "void", "unproven"]

layer(ledgerStore)("any ledger", (it) => {
  it.effect.prop(
    "is reconciled whole: each movement and each transaction once, sums that tie, in whatever order it was read",
    [ledger],
    ([drawn]) =>
      Effect.gen(function* () {
        const { coverage, order, quarantine, records, settings, transactions } = drawn
        const customers = ["c-1", "c-2", "c-3"]
        const rows = [...records, ...transactions]
        yield* judge({ rows, customers, coverage, quarantine }, settings)
        const first = yield* outcome
        const database = yield* Database
        const matches = yield* database.rows<Match>("SELECT * FROM recon.matches")

        const movements = matches.filter((match) => match.side === "movement")
        expect(sorted(movements.map(({ leg, record_id, stream }) => `${stream} ${record_id} ${leg}`))).toEqual(
          sorted(movementNames(records)),
        )
        expect(sorted(matches.flatMap((match) => match.transaction_id ?? []))).toEqual(
          sorted(transactions.map((row) => row.values.transaction_id ?? "")),
        )
        expect(matches.filter((match) => !categories.includes(match.category))).toEqual([])

        const held = sumsOf(
          transactions.map(({ values }) => [values.currency ?? "", values.net_amount ?? "0"] as const),
        )
        const accounted = yield* database.rows<{ currency: string; amount: string }>(
          "SELECT currency, amount FROM recon.conservation WHERE side = 'transaction' AND category <> 'total'",
        )
        expect(sumsOf(accounted.map(({ amount, currency }) => [currency, amount] as const))).toEqual(held)

        const exceptional = matches.filter((match) => match.category === "exception").length
        const found = yield* database.rows<{ ledger: bigint; ids: bigint; all: bigint }>(
          `SELECT count(*) FILTER (starts_with(code, 'LED_')) AS ledger, count(DISTINCT exception_id) AS ids, count(*) AS all
           FROM recon.exceptions`,
        )
        expect(Number(found[0]?.ledger)).toBeLessThanOrEqual(exceptional)
        expect(found[0]?.ids).toBe(found[0]?.all)

        yield* judge({ rows: shuffled(rows, order), customers, coverage, quarantine }, settings)
        expect(yield* outcome).toEqual(first)
      }),
    { fastCheck: { numRuns: 25 }, timeout: 120_000 },
  )

  it.effect("has the same matches in whatever order, even where two reversed transactions share their instant", () =>
    Effect.gen(function* () {
      const record = deposit("d-1")
      const reversed = ["t-1", "t-2"].map((id) => postingOf(record, { transaction_id: id, status: "REVERSED" }))
      const reversal = postingOf(record, { transaction_id: "t-3", direction: "DEBIT" })
      yield* judge({ rows: [record, ...reversed, reversal] })
      const first = yield* outcome
      yield* judge({ rows: [record, ...reversed.reverse(), reversal] })
      expect(yield* outcome).toEqual(first)
    }),
  )
})
