import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import {
  conversion,
  deposit,
  hoursBefore,
  judge,
  ledgerStore,
  legOf,
  postingOf,
  product,
  row,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const found = (code: string, severity: string, record: string) => ({ code, record, severity })

describeCases("coverage", [
  {
    it: "is no exception where every partition is complete or not applicable",
    ledger: { rows: [], coverage: { "c-1/checkouts": "NOT_APPLICABLE" } },
  },
  {
    it: "COV_INCOMPLETE finds partitions that failed or were read in part",
    ledger: { rows: [], coverage: { "c-1/checkouts": "FAILED", "c-1/transactions": "PARTIAL" } },
    found: [
      found("COV_INCOMPLETE", "critical", "c-1/checkouts"),
      found("COV_INCOMPLETE", "critical", "c-1/transactions"),
    ],
  },
  {
    it: "COV_DENIED finds a denied stream once, however many customers it has",
    ledger: {
      rows: [],
      customers: ["c-1", "c-2"],
      coverage: { "c-1/checkouts": "DENIED", "c-2/checkouts": "DENIED" },
    },
    found: [found("COV_DENIED", "high", "checkouts")],
  },
  {
    it: "COV_DENIED names the customer where a stream is not denied to everyone",
    ledger: { rows: [], customers: ["c-1", "c-2"], coverage: { "c-2/checkouts": "DENIED" } },
    found: [found("COV_DENIED", "high", "c-2/checkouts")],
  },
  {
    it: "COV_DENIED takes it for everyone's where the other customers cannot have the list",
    ledger: {
      rows: [],
      customers: ["c-1", "c-2"],
      coverage: { "c-1/checkouts": "NOT_APPLICABLE", "c-2/checkouts": "DENIED" },
    },
    found: [found("COV_DENIED", "high", "checkouts")],
  },
  {
    it: "COV_CUSTOMER_UNKNOWN finds a customer once, and does not call the lists incomplete as well",
    ledger: {
      rows: [],
      coverage: { "c-1/checkouts": "FAILED", "c-1/transactions": "FAILED" },
      problems: {
        "c-1/checkouts": "PARTNER_CUSTOMER_NOT_FOUND",
        "c-1/transactions": "PARTNER_CUSTOMER_NOT_FOUND",
      },
    },
    found: [found("COV_CUSTOMER_UNKNOWN", "high", "c-1")],
  },
])

describeCases("REC_INVALID", [
  {
    it: "names a quarantined record by its id, or by its place where the id cannot be read",
    ledger: {
      rows: [],
      quarantine: [
        { customer: "c-1", stream: "checkouts", recordId: "k-1", payload: {} },
        { customer: "c-1", stream: "checkouts", recordId: null, payload: "?" },
      ],
    },
    found: [found("REC_INVALID", "high", "c-1/checkouts/1/1"), found("REC_INVALID", "high", "k-1")],
  },
  {
    it: "finds a record that came twice in its chain once",
    ledger: {
      rows: [],
      quarantine: [
        { customer: "c-1", stream: "checkouts", recordId: "k-1", payload: {} },
        { customer: "c-1", stream: "checkouts", recordId: "k-1", payload: {} },
      ],
    },
    found: [found("REC_INVALID", "high", "k-1")],
  },
])

describeCases("REC_UNKNOWN_STATUS", [
  {
    it: "finds statuses outside the contract, wherever the contract lists them",
    ledger: {
      rows: [
        { ...product("fiat_deposits", "a", { status: "completed" }) },
        transaction("b", { status: "SETTLED" }),
        product("conversions", "c", { status: "WAITING" }),
      ],
    },
    found: ["a", "b", "c"].map((id) => found("REC_UNKNOWN_STATUS", "medium", id)),
    // Of the deposit and both legs of the conversion nobody can say what must have moved.
    unproven: { LED_AMOUNT_MISMATCH: 3 },
  },
  {
    it: "is silent on a status that the configuration explains",
    ledger: { rows: [deposit("a", { status: "WAITING", created_at: hoursBefore(1) })] },
    settings: { contract: { streams: { fiat_deposits: { statuses: { WAITING: "open" } } } } },
    movements: { "fiat_deposits a": "in flight" },
  },
])

/** An instant so many minutes after the run began. */
const minutesAhead = (minutes: number): string => hoursBefore(-minutes / 60)
const settled = (values: Readonly<Record<string, string>>) => {
  const record = deposit("d-1", values)
  return [record, postingOf(record, {})]
}

describeCases("REC_FUTURE", [
  {
    it: "finds what is completed or posted later than its list was read, which still counts as posted and is told once",
    ledger: {
      rows: [
        deposit("d-1", { completed_at: hoursBefore(-8760) }),
        postingOf(deposit("d-1")),
        deposit("d-2"),
        postingOf(deposit("d-2"), { posted_at: minutesAhead(6) }),
      ],
    },
    found: [found("REC_FUTURE", "high", "d-1"), found("REC_FUTURE", "high", "t-d-2")],
    movements: { "fiat_deposits d-1": "matched", "fiat_deposits d-2": "matched" },
  },
  {
    it: "is silent on five minutes, in which two clocks may differ, and on a time that is foretold by right",
    ledger: {
      rows: [
        ...settled({ completed_at: minutesAhead(5) }),
        row("checkouts", {
          checkout_id: "k-1",
          customer_id: "c-1",
          currency: "EUR",
          amount: "10",
          status: "OPEN",
          expires_at: hoursBefore(-99),
        }),
      ],
    },
  },
  {
    it: "has the minutes that the configuration gives",
    ledger: { rows: settled({ completed_at: minutesAhead(9) }) },
    settings: { checks: { REC_FUTURE: { futureMinutes: 10 } } },
  },
  {
    it: "claims nothing of a list that was not read",
    ledger: { rows: settled({ completed_at: minutesAhead(99) }), coverage: { "c-1/fiat_deposits": "PARTIAL" } },
    found: [found("COV_INCOMPLETE", "critical", "c-1/fiat_deposits")],
    unproven: { LED_MISSING_PRODUCT: 1, REC_FUTURE: 1 },
  },
])

const open = { status: "PENDING", created_at: hoursBefore(0.5) }

describeCases("REC_ARITHMETIC", [
  {
    it: "holds netAmount = amount - fee for what is credited, + fee for what is debited",
    ledger: {
      rows: [
        deposit("a", { ...open, amount: "10.5", fee: "0.5", net_amount: "10" }),
        withdrawal("b", { ...open, amount: "10", fee: "0.5", net_amount: "10.5" }),
        transaction("c", { type: "FEE", amount: "10.5", fee: "0.5", net_amount: "10" }),
        transaction("d", { type: "FEE", direction: "DEBIT", amount: "10", fee: "0.5", net_amount: "10.5" }),
      ],
    },
  },
  {
    it: "finds what does not",
    ledger: {
      rows: [
        deposit("a", { ...open, amount: "10", fee: "0.5", net_amount: "10.5" }),
        withdrawal("b", { ...open, amount: "10.5", fee: "0.5", net_amount: "10" }),
        transaction("c", { type: "FEE", amount: "10", fee: "0.5", net_amount: "10.5" }),
        transaction("d", { type: "FEE", direction: "DEBIT", amount: "10.5", fee: "0.5", net_amount: "10" }),
        product("crypto_refunds", "e", { ...open, amount: "1", fee: "0", net_amount: "1.000000000000000001" }),
      ],
    },
    found: ["a", "b", "c", "d", "e"].map((id) => found("REC_ARITHMETIC", "high", id)),
  },
  {
    it: "finds amounts below zero that agree, a conversion's too, and lets a fee be a rebate",
    ledger: {
      rows: [
        deposit("a", { ...open, amount: "-10", fee: "0.5", net_amount: "-10.5" }),
        transaction("c", { type: "FEE", direction: "DEBIT", amount: "-10", fee: "0", net_amount: "-10" }),
        conversion("x", { ...open, from_amount: "-100", to_amount: "-110" }),
        deposit("rebate", { ...open, amount: "10", fee: "-0.5", net_amount: "10.5" }),
      ],
    },
    found: ["a", "c", "x"].map((id) => found("REC_ARITHMETIC", "high", id)),
  },
  {
    it: "is silent on conversions, whose amounts are not one sum",
    ledger: { rows: [conversion("x", { ...open, fee: "5" })] },
  },
  {
    it: "finds amounts so large that their sum does not fit",
    ledger: {
      rows: [
        withdrawal("a", {
          ...open,
          amount: "99999999999999999999",
          fee: "99999999999999999999",
          net_amount: "99999999999999999999",
        }),
      ],
    },
    found: [found("REC_ARITHMETIC", "high", "a")],
  },
])

const limits: ReadonlyArray<readonly [Parameters<typeof product>[0], number]> = [
  ["fiat_deposits", 48],
  ["fiat_withdrawals", 72],
  ["crypto_deposits", 24],
  ["crypto_withdrawals", 24],
  ["crypto_refunds", 24],
  ["collection_payments", 24],
  ["conversions", 1],
]
const waiting = (hoursMore: (limit: number) => number) =>
  limits.map(([stream, limit]) =>
    product(stream, stream, { status: "PENDING", created_at: hoursBefore(hoursMore(limit)) }),
  )
const stuck = (severity: string) => limits.map(([stream]) => found("AGE_STUCK", severity, stream)).sort(byRecord)
const byRecord = (a: { readonly record: string }, b: { readonly record: string }) => (a.record < b.record ? -1 : 1)

describeCases("AGE_STUCK", [
  { it: "is silent just under each stream's limit", ledger: { rows: waiting((limit) => limit - 0.01) } },
  {
    it: "finds a record just over its stream's limit",
    ledger: { rows: waiting((limit) => limit + 0.01) },
    found: stuck("medium"),
  },
  {
    it: "stays medium up to three times the limit",
    ledger: { rows: waiting((limit) => 3 * limit - 0.01) },
    found: stuck("medium"),
  },
  {
    it: "is high past three times the limit",
    ledger: { rows: waiting((limit) => 3 * limit + 0.01) },
    found: stuck("high"),
  },
  {
    it: "knows every open status",
    ledger: {
      rows: [
        "PENDING",
        "PROCESSING",
        "MISSING_INFO_REQUIRED",
        "PENDING_TRAVEL_RULE",
        "PENDING_APPROVAL",
        "SUBMITTED",
      ].map((status) => deposit(status, { status, created_at: hoursBefore(50) })),
    },
    found: [
      "MISSING_INFO_REQUIRED",
      "PENDING",
      "PENDING_APPROVAL",
      "PENDING_TRAVEL_RULE",
      "PROCESSING",
      "SUBMITTED",
    ].map((id) => found("AGE_STUCK", "medium", id)),
  },
  {
    it: "is silent on records that are settled, void or undone, however old",
    ledger: {
      rows: [
        deposit("a", { created_at: hoursBefore(999) }),
        postingOf(deposit("a"), { created_at: hoursBefore(999) }),
        deposit("b", { status: "FAILED", created_at: hoursBefore(999) }),
        deposit("c", { status: "REFUNDED", created_at: hoursBefore(999) }),
      ],
    },
  },
  {
    it: "finds an open transaction without a resource after 72 h, and leaves one with a resource to its record",
    ledger: {
      rows: [
        transaction("under", { status: "PENDING", created_at: hoursBefore(71.9) }),
        transaction("over", { status: "PENDING", created_at: hoursBefore(72.1) }),
        transaction("long-over", { status: "PENDING", created_at: hoursBefore(216.1) }),
        deposit("d-1", { status: "PENDING", created_at: hoursBefore(47) }),
        postingOf(deposit("d-1"), { status: "PENDING", created_at: hoursBefore(500) }),
      ],
    },
    found: [found("AGE_STUCK", "high", "long-over"), found("AGE_STUCK", "medium", "over")],
  },
  {
    it: "finds an open transaction whose record is void, and so never will wait with it",
    ledger: {
      rows: [
        deposit("void", { status: "FAILED", created_at: hoursBefore(90) }),
        postingOf(deposit("void"), { status: "PENDING", created_at: hoursBefore(73) }),
        deposit("young", { status: "FAILED", created_at: hoursBefore(90) }),
        postingOf(deposit("young"), { status: "PENDING", created_at: hoursBefore(71) }),
      ],
    },
    found: [found("AGE_STUCK", "medium", "t-void")],
  },
  {
    it: "finds a record that is open past its limit though its money has moved in full, and says so",
    ledger: {
      rows: [
        deposit("d-1", { status: "PROCESSING", created_at: hoursBefore(60) }),
        postingOf(deposit("d-1"), { posted_at: hoursBefore(59) }),
      ],
    },
    found: [found("AGE_STUCK", "medium", "d-1")],
    movements: { "fiat_deposits d-1": "in flight" },
  },
  {
    it: "cannot judge what stands on a list that was not read, nor a transaction whose record may be void",
    ledger: {
      rows: [
        deposit("d-1", { status: "PROCESSING", created_at: hoursBefore(60) }),
        postingOf(deposit("d-2"), { status: "PENDING", created_at: hoursBefore(90) }),
        withdrawal("w-1", { status: "PROCESSING", created_at: hoursBefore(100) }),
      ],
      coverage: { "c-1/fiat_deposits": "FAILED" },
    },
    found: [found("AGE_STUCK", "medium", "w-1"), found("COV_INCOMPLETE", "critical", "c-1/fiat_deposits")],
    unproven: { AGE_STUCK: 2, LED_MISSING_PRODUCT: 1 },
  },
  {
    it: "has the limits that the configuration gives",
    ledger: { rows: [deposit("d-1", { status: "PENDING", created_at: hoursBefore(47) })] },
    settings: { ageLimitHours: { fiat_deposits: 10 } },
    found: [found("AGE_STUCK", "high", "d-1")],
  },
])

const travelRule = (id: string, hours: number) =>
  product("crypto_deposits", id, { status: "PENDING_TRAVEL_RULE", created_at: hoursBefore(hours) })

describeCases("AGE_TRAVEL_RULE", [
  {
    it: "finds a crypto deposit that waits for more than 24 h, instead of AGE_STUCK and however long",
    ledger: { rows: [travelRule("under", 23.99), travelRule("over", 24.01), travelRule("long-over", 100)] },
    found: [found("AGE_TRAVEL_RULE", "high", "long-over"), found("AGE_TRAVEL_RULE", "high", "over")],
  },
])

describeCases("the configuration", [
  {
    it: "switches a check off",
    ledger: { rows: [deposit("d-1"), deposit("d-2", { status: "?" })] },
    settings: { checks: { LED_MISSING_TRANSACTION: { enabled: false } } },
    found: [found("REC_UNKNOWN_STATUS", "medium", "d-2")],
    movements: { "fiat_deposits d-1": "switched off", "fiat_deposits d-2": "unproven" },
    unproven: { LED_AMOUNT_MISMATCH: 1 },
  },
  {
    it: "sets one severity for all of a check's exceptions, the graver ones too",
    ledger: { rows: [deposit("d-1"), withdrawal("w-1")] },
    settings: { checks: { LED_MISSING_TRANSACTION: { severity: "low" } } },
    found: [found("LED_MISSING_TRANSACTION", "low", "d-1"), found("LED_MISSING_TRANSACTION", "low", "w-1")],
  },
])

layer(ledgerStore)("what a run leaves on record", (it) => {
  it.effect("for each check that ran: its severity in force, how much it found, how much it could not judge", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* judge(
        { rows: [deposit("d-1"), deposit("d-2", { customer_id: "c-2" })], coverage: { "c-2/transactions": "FAILED" } },
        { checks: { LED_MISSING_TRANSACTION: { severity: "info" }, REC_INVALID: { enabled: false } } },
      )
      const results = yield* database.rows(
        "SELECT code, severity, found, unproven FROM recon.check_results WHERE code IN ('LED_MISSING_TRANSACTION', 'REC_INVALID')",
      )
      expect(results).toEqual([{ code: "LED_MISSING_TRANSACTION", severity: "info", found: 1n, unproven: 1n }])
    }),
  )

  it.effect("for each exception: what should be, what is, the difference and the tolerance, all exact", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const record = deposit("d-1")
      yield* judge(
        {
          rows: [
            record,
            postingOf(record, { amount: "99.9", net_amount: "99.9" }),
            legOf(conversion("x"), "DEBIT", {}),
          ],
        },
        { tolerance: { EUR: { absolute: "0.05" } } },
      )
      const [exception] = yield* database.rows(
        `SELECT stream, record_id, counterpart_id, customer_id, currency, expected, actual, difference, tolerance, state
         FROM recon.exceptions WHERE code = 'LED_AMOUNT_MISMATCH'`,
      )
      expect(exception).toEqual({
        stream: "fiat_deposits",
        record_id: "d-1",
        counterpart_id: "t-d-1",
        customer_id: "c-1",
        currency: "EUR",
        expected: "100.000000000000000000",
        actual: "99.900000000000000000",
        difference: "-0.100000000000000000",
        tolerance: "0.050000000000000000",
        state: "open",
      })
    }),
  )

  it.effect(
    "for a record that cannot be read: its money, where amount and currency can, else what it was when it could be read",
    () =>
      Effect.gen(function* () {
        const database = yield* Database
        const sent = (over: object) => ({
          amount: "120.00",
          feeAmount: "1.00",
          netAmount: "119.00",
          currency: "EUR",
          status: 7,
          ...over,
        })
        yield* judge({
          rows: [deposit("d-3", { amount: "40", net_amount: "40" })],
          quarantine: [
            { customer: "c-1", stream: "fiat_deposits", recordId: "d-1", payload: sent({}) },
            { customer: "c-1", stream: "fiat_deposits", recordId: "d-2", payload: sent({ currency: "DOLLAR" }) },
            {
              customer: "c-1",
              stream: "fiat_deposits",
              recordId: "d-3",
              payload: sent({ amount: "12,50", netAmount: null }),
            },
          ],
        })
        expect(
          yield* database.rows(
            "SELECT record_id, at_stake, currency FROM recon.exceptions WHERE code = 'REC_INVALID' ORDER BY record_id",
          ),
        ).toEqual([
          { record_id: "d-1", at_stake: "120.000000000000000000", currency: "EUR" },
          { record_id: "d-2", at_stake: null, currency: null },
          { record_id: "d-3", at_stake: "40.000000000000000000", currency: "EUR" },
        ])
      }),
  )

  it.effect("one id for each exception, even where two lists have a record of the same id", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* judge({ rows: [deposit("same"), product("crypto_deposits", "same")] })
      const rows = yield* database.rows<{ exceptions: bigint; ids: bigint }>(
        "SELECT count(*) AS exceptions, count(DISTINCT exception_id) AS ids FROM recon.exceptions",
      )
      expect(rows).toEqual([{ exceptions: 2n, ids: 2n }])
    }),
  )
})
