import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { acts } from "../../../src/pipelines/exceptions/act.ts"
import { actOn } from "../../../src/pipelines/exceptions/act-on.ts"
import { summarize } from "../../../src/pipelines/run/run-summary.ts"
import { Database } from "../../../src/store/database.ts"
import { laterNight, nights } from "../../support/history-case.ts"
import {
  balance,
  conversion,
  deposit,
  hoursBefore,
  ledgerStore,
  legOf,
  postingOf,
  quoteFor,
  runOf,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"
import { lines, reportRows } from "../../support/report-rows.ts"

const [first, second, third] = [runOf(0), runOf(1), runOf(2)]

const whole = (record: ReturnType<typeof deposit>, posted_at: string) => [record, postingOf(record, { posted_at })]

const depositOfMarch5 = whole(
  deposit("d-1", { amount: "100", fee: "1", net_amount: "99", created_at: "2026-03-05T19:00:00Z" }),
  "2026-03-05T20:00:00Z",
)
const withdrawalOfMarch6 = whole(
  withdrawal("w-1", { amount: "30", fee: "0.5", net_amount: "30.5", created_at: "2026-03-06T09:00:00Z" }),
  "2026-03-06T10:00:00Z",
)
const feeOfMarch6 = transaction("t-fee", {
  type: "FEE",
  direction: "DEBIT",
  amount: "2",
  net_amount: "2",
  created_at: "2026-03-06T12:00:00Z",
  posted_at: "2026-03-06T12:00:00Z",
})
const depositAfterTheBalance = whole(
  deposit("d-2", {
    amount: "10",
    net_amount: "10",
    created_at: "2026-03-09T23:00:00Z",
    completed_at: "2026-03-09T23:30:00Z",
  }),
  "2026-03-09T23:30:00Z",
)
const withdrawalOfMarch10 = whole(
  withdrawal("w-2", {
    amount: "5",
    net_amount: "5",
    created_at: "2026-03-10T09:00:00Z",
    completed_at: "2026-03-10T10:00:00Z",
  }),
  "2026-03-10T10:00:00Z",
)

const firstRows = [...depositOfMarch5, ...withdrawalOfMarch6, feeOfMarch6, ...depositAfterTheBalance]
const firstNight = { rows: [...firstRows, balance("EUR", "66.5", { as_of: "2026-03-09T23:00:00Z" })], balances: [] }
const secondNight = {
  rows: [...firstRows, ...withdrawalOfMarch10, balance("EUR", "71.5", { as_of: "2026-03-10T23:00:00Z" })],
  balances: [],
}

const dayColumns = [
  "date",
  "in_balance",
  "category",
  "transactions",
  "gross_in",
  "gross_out",
  "fee",
  "net",
  "opening",
  "closing",
]

layer(ledgerStore)("movements_daily", (it) => {
  it.effect("chains day to day up to the roll-forward's closing, and tells apart what is not in the balance yet", () =>
    Effect.gen(function* () {
      const [night] = yield* nights([firstNight])
      expect(night?.found).toEqual([])
      expect(lines(yield* reportRows("movements_daily", first), ...dayColumns)).toEqual([
        "2026-03-05 | true | deposits | 1 | 100.00 | 0.00 | 1.00 | 99.00 | 0.00 | 99.00",
        "2026-03-06 | true | fees | 1 | 0.00 | -2.00 | 0.00 | -2.00 | 99.00 | 66.50",
        "2026-03-06 | true | withdrawals | 1 | 0.00 | -30.00 | 0.50 | -30.50 | 99.00 | 66.50",
        "2026-03-09 | false | deposits | 1 | 10.00 | 0.00 | 0.00 | 10.00 | 66.50 | 76.50",
      ])
      expect(lines(yield* reportRows("rollforward", first), "opening", "computed_closing", "status")).toEqual([
        "0.00 | 66.50 | agrees",
      ])
    }),
  )

  it.effect("carries on the next night, and gives a month alone when asked", () =>
    Effect.gen(function* () {
      yield* nights([firstNight, secondNight])
      expect(
        lines(
          yield* reportRows("movements_daily", second),
          "date",
          "in_balance",
          "category",
          "net",
          "opening",
          "closing",
        ),
      ).toEqual([
        "2026-03-05 | true | deposits | 99.00 | 0.00 | 99.00",
        "2026-03-06 | true | fees | -2.00 | 99.00 | 66.50",
        "2026-03-06 | true | withdrawals | -30.50 | 99.00 | 66.50",
        "2026-03-09 | true | deposits | 10.00 | 66.50 | 76.50",
        "2026-03-10 | true | withdrawals | -5.00 | 76.50 | 71.50",
      ])
      expect(yield* reportRows("movements_daily", second, { month: "2026-02" })).toEqual([])
      expect(lines(yield* reportRows("rollforward", second), "opening", "computed_closing", "status")).toEqual([
        "66.50 | 71.50 | agrees",
      ])
    }),
  )

  it.effect("begins with the difference that a person accepted, and still ends with the roll-forward", () =>
    Effect.gen(function* () {
      const off = { ...firstNight, rows: [...firstRows, balance("EUR", "67", { as_of: "2026-03-09T23:00:00Z" })] }
      yield* nights([off])
      const database = yield* Database
      yield* database.run("UPDATE recon.exceptions SET state = 'written_off' WHERE code = 'BAL_INCEPTION'")
      const later = {
        ...secondNight,
        rows: [...firstRows, ...withdrawalOfMarch10, balance("EUR", "72", { as_of: "2026-03-10T23:00:00Z" })],
      }
      yield* laterNight({ ...later, night: 1 })
      const rows = yield* reportRows("movements_daily", second)
      expect(lines(rows.slice(0, 1), "opening", "closing")).toEqual(["0.50 | 99.50"])
      expect(lines(rows.slice(-1), "opening", "closing")).toEqual(["77.00 | 72.00"])
      expect(lines(yield* reportRows("rollforward", second), "opening", "computed_closing")).toEqual(["67.00 | 72.00"])
    }),
  )
})

layer(ledgerStore)("transactions", (it) => {
  it.effect("hold what is new or changed since the last night, a month, or all", () =>
    Effect.gen(function* () {
      const waiting = { ...feeOfMarch6, values: { ...feeOfMarch6.values, status: "PENDING", posted_at: null } }
      const before = [...depositOfMarch5, ...withdrawalOfMarch6, waiting]
      const after = [...depositOfMarch5, ...withdrawalOfMarch6, feeOfMarch6, ...withdrawalOfMarch10]
      yield* nights([{ rows: before }, { rows: after }])
      const ids = (period?: Parameters<typeof reportRows>[2]) =>
        Effect.map(reportRows("transactions", second, period), (rows) =>
          rows.map(({ transaction_id }) => transaction_id).sort(),
        )
      // The fee was posted meanwhile, and the withdrawal is new.
      expect(yield* ids()).toEqual(["t-fee", "t-w-2"])
      expect(yield* ids("all")).toEqual(["t-d-1", "t-fee", "t-w-1", "t-w-2"])
      expect(yield* ids({ month: "2026-03" })).toEqual(["t-d-1", "t-fee", "t-w-1", "t-w-2"])
      expect(yield* ids({ month: "2026-02" })).toEqual([])
    }),
  )
})

layer(ledgerStore)("conversions", (it) => {
  it.effect("stand beside their quotes, with the difference in basis points and in money", () =>
    Effect.gen(function* () {
      const record = conversion("x-1", {
        from_amount: "200",
        to_amount: "219.5",
        rate: "1.0975",
        fee: "0.25",
        created_at: "2026-03-08T10:00:00Z",
      })
      const rows = [
        record,
        quoteFor(record, { from_amount: "200", to_amount: "220", rate: "1.1" }),
        legOf(record, "DEBIT", { currency: "EUR", amount: "200", fee: "0.25", net_amount: "200.25" }),
        legOf(record, "CREDIT", { currency: "USD", amount: "219.5", net_amount: "219.5" }),
      ]
      yield* nights([{ rows }])
      // 200 at 1.1 are 220; 219.5 are 0.5 less, which is 0.5 / 220 = 22.727… basis points.
      expect(
        lines(
          yield* reportRows("conversions", first),
          ...[
            "conversion_id",
            "quoted_sold",
            "quoted_bought",
            "sold",
            "bought",
            "quoted_rate",
            "stated_rate",
            "effective_rate",
          ],
          ...["difference_bp", "difference", "fee", "fee_currency", "sold_transactions", "bought_transactions"],
        ),
      ).toEqual([
        "x-1 | 200.00 | 220.00 | 200.00 | 219.50 | 1.1 | 1.0975 | 1.0975 | -22.73 | -0.50 | 0.25 | EUR | t-x-1-DEBIT | t-x-1-CREDIT",
      ])
    }),
  )

  it.effect("of an unknown quote say nothing of it, and a rate without end is cut at twelve decimals", () =>
    Effect.gen(function* () {
      const record = conversion("x-2", { quote_id: "nowhere", from_amount: "3", to_amount: "2", rate: "0.67" })
      yield* nights([{ rows: [record] }])
      expect(
        lines(yield* reportRows("conversions", first), "quoted_rate", "effective_rate", "difference_bp", "difference"),
      ).toEqual([" | 0.666666666667 |  | "])
    }),
  )
})

layer(ledgerStore)("fees", (it) => {
  it.effect("show what caused each, in basis points, and beside it what the record says", () =>
    Effect.gen(function* () {
      const within = deposit("d-1", { amount: "200", fee: "1.5", net_amount: "198.5" })
      const other = deposit("d-2", { amount: "100", fee: "1", net_amount: "99" })
      const uncharged = deposit("d-3", { amount: "50", fee: "2", net_amount: "48" })
      const rows = [
        ...whole(within, "2026-03-05T20:00:00Z"),
        other,
        // The net agrees, and the fee that is named is another one.
        postingOf(other, { fee: "0.75", amount: "99.75", posted_at: "2026-03-05T21:00:00Z" }),
        uncharged,
        postingOf(uncharged, { fee: "0", amount: "48", posted_at: "2026-03-05T22:00:00Z" }),
        feeOfMarch6,
      ]
      yield* nights([{ rows }])
      const columns = [
        "transaction_id",
        "category",
        "cause",
        "gross",
        "fee",
        "basis_points",
        "record_id",
        "record_fee",
        "charged_in_all",
        "difference",
      ]
      expect(lines(yield* reportRows("fees", first), ...columns)).toEqual([
        "t-d-1 | deposits | within the transaction | 200.00 | 1.50 | 75 | d-1 | 1.50 | 1.50 | 0.00",
        "t-d-2 | deposits | within the transaction | 99.75 | 0.75 | 75.19 | d-2 | 1.00 | 0.75 | -0.25",
        "t-fee | fees | posted by itself |  | 2.00 |  |  |  |  | ",
        " |  | not charged | 50.00 | 0.00 | 0 | d-3 | 2.00 | 0.00 | -2.00",
      ])
      // One that was not charged belongs to the month in which its record was settled.
      const months = ["2026-02", "2026-03", "2026-04"].map((month) => reportRows("fees", first, { month }))
      expect((yield* Effect.all(months)).map((rows) => rows.length)).toEqual([0, 4, 0])
      expect(
        lines(
          yield* reportRows("fees_summary", first),
          "month",
          "category",
          "cause",
          "fees",
          "gross",
          "fee",
          "basis_points",
        ),
      ).toEqual([
        // 2.25 of 299.75
        "2026-03 | deposits | within the transaction | 2 | 299.75 | 2.25 | 75.06",
        "2026-03 | fees | posted by itself | 1 |  | 2.00 | ",
      ])
    }),
  )
})

layer(ledgerStore)("in_transit", (it) => {
  it.effect("is what was expected and not posted when the night read it", () =>
    Effect.gen(function* () {
      const open = withdrawal("w-1", { status: "PROCESSING", completed_at: null, created_at: hoursBefore(5) })
      const part = deposit("d-1", { status: "PROCESSING", completed_at: null, created_at: hoursBefore(3) })
      const settled = deposit("d-2", {
        completed_at: hoursBefore(0.5),
        created_at: hoursBefore(9),
        updated_at: hoursBefore(0.5),
      })
      const pending = transaction("t-adj", {
        status: "PENDING",
        posted_at: null,
        direction: "DEBIT",
        created_at: hoursBefore(2),
      })
      const rows = [
        open,
        postingOf(open, { status: "PENDING", posted_at: null }),
        part,
        postingOf(part, { amount: "40", net_amount: "40" }),
        settled,
        pending,
      ]
      yield* nights([{ rows }])
      const columns = [
        "stream",
        "record_id",
        "status",
        "expected",
        "posted",
        "not_yet_posted",
        "age_hours",
        "transactions",
      ]
      expect(lines(yield* reportRows("in_transit", first), ...columns)).toEqual([
        "fiat_withdrawals | w-1 | PROCESSING | -100.00 | 0.00 | -100.00 | 5 | t-w-1",
        "fiat_deposits | d-1 | PROCESSING | 100.00 | 40.00 | 60.00 | 3 | ",
        "transactions | t-adj | PENDING | -100.00 | 0.00 | -100.00 | 2 | ",
        "fiat_deposits | d-2 | COMPLETED | 100.00 | 0.00 | 100.00 | 0 | ",
      ])
    }),
  )
})

layer(ledgerStore)("exceptions", (it) => {
  const missing = deposit("d-1", { amount: "100", net_amount: "100" })
  const wrong = deposit("d-2", { amount: "70", net_amount: "70" })
  const usd = withdrawal("w-1", { currency: "USD", amount: "8", net_amount: "8" })
  const later = deposit("d-3", {
    amount: "5",
    net_amount: "5",
    created_at: hoursBefore(-1),
    completed_at: hoursBefore(-2),
  })
  const other = postingOf(wrong, { amount: "60", net_amount: "60" })

  /** What the lists say from the second night on. */
  const changed = [
    missing,
    postingOf(missing, { created_at: hoursBefore(0) }),
    wrong,
    { ...other, values: { ...other.values, net_amount: "65", amount: "65" } },
    usd,
    later,
  ]

  /** Three nights: three breaks; one is accepted; the next night one is new, one is gone, one has moved. */
  const story = Effect.gen(function* () {
    yield* nights([{ rows: [missing, wrong, other, usd] }])
    yield* TestClock.setTime(Date.parse(first.startedAt) + 3_600_000)
    const database = yield* Database
    const [accepted] = yield* database.rows<{ exception_id: string }>(
      "SELECT exception_id FROM recon.exceptions WHERE record_id = 'w-1'",
    )
    const [noted] = yield* database.rows<{ exception_id: string }>(
      "SELECT exception_id FROM recon.exceptions WHERE record_id = 'd-2'",
    )
    const none = { codes: [], customers: [], currencies: [], severities: [], assignees: [], olderThanDays: null }
    const asked = { filter: none, by: "Ada", osUser: "ada", assignee: null, dryRun: false }
    yield* actOn({ ...asked, act: acts.writeOff, ids: [accepted?.exception_id ?? ""], reason: "agreed with the bank" })
    yield* actOn({ ...asked, act: acts.note, ids: [noted?.exception_id ?? ""], reason: "asked on Monday" })
    yield* laterNight({ rows: changed, night: 1 })
  })

  it.effect("count a customer whom the roster dropped in the summary, as the night's verdict does", () =>
    Effect.gen(function* () {
      yield* nights([{ rows: depositOfMarch5, customers: ["c-1", "c-2"] }, { rows: depositOfMarch5 }])
      const counted = (yield* summarize(yield* Database, second.runId)).exceptions
      const told = (yield* reportRows("summary", second)).filter(({ section }) => section === "exceptions")
      expect(counted.high).toBe(1)
      expect(lines(told, "item", "value")).toEqual([
        "at stake | 1",
        "critical | 0",
        "high | 1",
        "medium | 0",
        "low | 0",
        "info | 0",
      ])
    }),
  )

  it.effect("tell what is new, resolved, changed and accepted since the last night, and by whom", () =>
    Effect.gen(function* () {
      yield* story
      const rows = yield* reportRows("exceptions_changes", second)
      const columns = [
        "change",
        "who",
        "code",
        "record_id",
        "currency",
        "amount_at_stake",
        "from_state",
        "to_state",
        "note",
      ]
      expect(lines(rows, ...columns).sort()).toEqual([
        "accepted | Ada | LED_MISSING_TRANSACTION | w-1 | USD | 8.00 | open | written_off | agreed with the bank",
        "changed | tidemark | LED_AMOUNT_MISMATCH | d-2 | EUR | 5.00 | open | open | amount 10 EUR, now 5 EUR",
        "new | tidemark | LED_MISSING_TRANSACTION | d-3 | EUR | 5.00 |  | open | ",
        "new | tidemark | REC_MUTATED | t-d-2 | EUR | 5.00 |  | open | ",
        "noted | Ada | LED_AMOUNT_MISMATCH | d-2 | EUR | 10.00 | open | open | asked on Monday",
        "resolved | tidemark | LED_MISSING_TRANSACTION | d-1 | EUR | 100.00 | open | resolved | ",
      ])
      expect(rows.filter(({ change }) => change === "resolved").map(({ proof }) => proof)).toEqual([
        `Run ${second.runId} did not find it, and read every list of the customer to its end`,
      ])
      const summary = (yield* reportRows("summary", second)).filter(({ section }) => section === "since the last night")
      expect(lines(summary, "item", "value", "currency", "amount")).toEqual([
        "new | 2 | EUR | 10.00",
        "reopened | 0 |  | ",
        "resolved | 1 | EUR | 100.00",
        "accepted | 1 | USD | 8.00",
      ])
      // The list of runs counts as the night does: what a person accepted is found and is not open.
      const runs = yield* (yield* Database).rows("SELECT exceptions FROM recon.runs WHERE run_id = $1", [second.runId])
      expect(runs).toEqual([{ exceptions: 3n }])

      // They grow old, with what was said last, and are summed by check, age and currency.
      const agingColumns = [
        "code",
        "record_id",
        "transaction_id",
        "age_days",
        "bucket",
        "currency",
        "amount_at_stake",
        "last_note",
      ]
      expect(lines(yield* reportRows("exceptions_aging", second), ...agingColumns)).toEqual([
        "LED_AMOUNT_MISMATCH | d-2 | t-d-2 | 1 | 0–1 | EUR | 5.00 | asked on Monday",
        "LED_MISSING_TRANSACTION | d-3 |  | 0 | 0–1 | EUR | 5.00 | ",
        "REC_MUTATED | t-d-2 | t-d-2 | 0 | 0–1 | EUR | 5.00 | ",
      ])
      expect(
        lines(
          yield* reportRows("exceptions_aging_summary", second),
          "code",
          "bucket",
          "currency",
          "exceptions",
          "amount_at_stake",
          "oldest_age_days",
        ),
      ).toEqual([
        "LED_AMOUNT_MISMATCH | 0–1 | EUR | 1 | 5.00 | 1",
        "LED_MISSING_TRANSACTION | 0–1 | EUR | 1 | 5.00 | 0",
        "REC_MUTATED | 0–1 | EUR | 1 | 5.00 | 0",
      ])
      expect(
        lines(yield* reportRows("exceptions", second), "record_id", "evidence").every((line) =>
          /\| tidemark exceptions show x[0-9a-f]{16}$/.test(line),
        ),
      ).toBe(true)

      // And the night after says nothing of it again.
      yield* laterNight({ rows: changed, night: 2 })
      expect(yield* reportRows("exceptions_changes", third)).toEqual([])
    }),
  )
})
