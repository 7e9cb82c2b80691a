import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { Database } from "../../../src/store/database.ts"
import { type HistoryNight, nights } from "../../support/history-case.ts"
import {
  balance,
  hoursBefore,
  judge,
  type LedgerRow,
  ledgerStore,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"

/** A fee that was posted; negative where money went out. */
const moved = (id: string, amount: number, values: Readonly<Record<string, string | null>> = {}): LedgerRow => {
  const size = String(Math.abs(amount))
  const direction = amount < 0 ? "DEBIT" : "CREDIT"
  return transaction(id, { type: "FEE", reference: id, amount: size, net_amount: size, direction, ...values })
}

const suspectsOf = (code: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows<{ detail: string }>(
      "SELECT detail FROM recon.exceptions WHERE code = $1 AND currency = 'EUR'",
      [code],
    )
    const [, list] = rows[0]?.detail.split("; suspects: ") ?? []
    return list?.split("; ") ?? []
  })

/** What is suspected of a balance that should be the sum of these. */
const suspected = (rows: ReadonlyArray<LedgerRow>, total: string) =>
  Effect.zipRight(judge({ rows, balances: [balance("EUR", total)] }), suspectsOf("BAL_INCEPTION"))

const posted = "posted 2026-03-05T20:00:00Z"

layer(ledgerStore)("a balance that is not the sum of its transactions", (it) => {
  const rows = [moved("t-1", 100), moved("t-2", 20), moved("t-3", -7), moved("t-4", 1000)]

  it.effect("suspects a transaction that the balance lacks, or has twice", () =>
    Effect.gen(function* () {
      expect(yield* suspected(rows, "1093")).toEqual([
        `transaction t-2 (20, ${posted}): the balance does not contain it`,
      ])
      expect(yield* suspected(rows, "1133")).toEqual([`transaction t-2 (20, ${posted}): the balance contains it twice`])
      expect(yield* suspected(rows, "1120")).toEqual([
        `transaction t-3 (-7, ${posted}): the balance does not contain it`,
      ])
    }),
  )

  it.effect("suspects a fee", () =>
    Effect.gen(function* () {
      const fee = moved("t-5", 50, { amount: "53", fee: "3" })
      expect(yield* suspected([...rows, fee], "1166")).toEqual([
        `the fee of transaction t-5 (50, ${posted}) is as much`,
      ])
    }),
  )

  it.effect("suspects a sign that was turned", () =>
    Effect.gen(function* () {
      expect(yield* suspected(rows, "1127")).toEqual([
        `transaction t-3 (-7, ${posted}): the balance took it with the other sign`,
      ])
    }),
  )

  it.effect("suspects a pair, two of the same amount too", () =>
    Effect.gen(function* () {
      expect(yield* suspected(rows, "1100")).toEqual([
        "transactions t-3 (-7) and t-2 (20): the balance does not contain them",
      ])
      const twins = [moved("t-1", 100), moved("t-2", 20), moved("t-3", 20)]
      expect(yield* suspected(twins, "180")).toEqual([
        "transactions t-2 (20) and t-3 (20): the balance contains them twice",
      ])
    }),
  )

  it.effect("suspects a settled movement that has no transaction, and a transaction that is not posted", () =>
    Effect.gen(function* () {
      expect(yield* suspected([...rows, withdrawal("w-1", { amount: "55", net_amount: "55" })], "1058")).toEqual([
        "withdrawal w-1 (-55) is settled, and has no transaction",
      ])
      expect(yield* suspected([...rows, moved("t-5", 41, { status: "PENDING", posted_at: null })], "1154")).toEqual([
        "transaction t-5 (41, PENDING) is not posted, and the balance moved by as much",
      ])
    }),
  )

  it.effect("says nothing where nothing is as much", () =>
    Effect.gen(function* () {
      expect(yield* suspected(rows, "1113.5")).toEqual([])
    }),
  )

  it.effect("does not suspect another currency's or customer's transactions", () =>
    Effect.gen(function* () {
      const strangers = [moved("t-5", 41, { currency: "USD" }), moved("t-6", 41, { customer_id: "c-2" })]
      expect(yield* suspected([...rows, ...strangers], "1154")).toEqual([])
    }),
  )

  it.effect("names three at most, the newest first, then by id", () =>
    Effect.gen(function* () {
      const many = [
        moved("t-b", 20, { posted_at: hoursBefore(50) }),
        moved("t-c", 20, { posted_at: hoursBefore(40) }),
        moved("t-a", 20, { posted_at: hoursBefore(50) }),
        moved("t-d", 20, { posted_at: hoursBefore(60) }),
      ]
      const ids = (yield* suspected(many, "60")).map((text) => text.split(" ")[1])
      expect(ids).toEqual(["t-c", "t-a", "t-b"])
    }),
  )

  it.effect("names the same suspects in whatever order the transactions were read", () =>
    Effect.gen(function* () {
      const amounts = Array.from({ length: 40 }, (_, nth) => moved(`t-${nth}`, ((nth * 7) % 11) - 5 || 3))
      const orders = fc.sample(fc.shuffledSubarray(amounts, { minLength: amounts.length }), { numRuns: 4, seed: 7 })
      const total = String(
        amounts.reduce(
          (sum, row) => sum + Number(row.values.net_amount) * (row.values.direction === "CREDIT" ? 1 : -1),
          0,
        ) + 8,
      )
      const told = yield* Effect.forEach(orders, (rows) => suspected(rows, total))
      expect(told[0]).toHaveLength(3)
      for (const other of told) expect(other).toEqual(told[0])
    }),
  )
})

layer(ledgerStore)("a balance that does not roll forward", (it) => {
  const night = (rows: ReadonlyArray<LedgerRow>, total: string, hours: number): HistoryNight => ({
    rows: [...rows, balance("EUR", total, { as_of: hoursBefore(hours) })],
    coverage: { "c-1/balances": "COMPLETE" },
  })
  const before = moved("t-1", 100)

  it.effect("suspects first what was posted before the opening balance and is listed only now", () =>
    Effect.gen(function* () {
      const late = moved("t-late", 30, { posted_at: hoursBefore(2) })
      yield* nights([night([before], "100", 1), night([before, late], "130", -23)])
      expect(yield* suspectsOf("BAL_ROLLFORWARD")).toEqual([
        "transaction t-late (30, posted 2026-03-09T22:00:00Z) was posted before the opening balance was read, and is listed only now",
      ])
    }),
  )

  it.effect("suspects none but the period's transactions", () =>
    Effect.gen(function* () {
      const since = moved("t-2", 5, { posted_at: hoursBefore(-10) })
      yield* nights([night([before, moved("t-old", 5)], "105", 1), night([since], "105", -23)])
      expect(yield* suspectsOf("BAL_ROLLFORWARD")).toEqual([
        "transaction t-2 (5, posted 2026-03-10T10:00:00Z): the balance does not contain it",
      ])
    }),
  )
})
