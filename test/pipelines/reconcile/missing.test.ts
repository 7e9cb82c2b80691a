import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import {
  conversion,
  deposit,
  hoursBefore,
  judge,
  ledgerStore,
  legOf,
  postingOf,
  product,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const missing = (record: string, severity = "high") => ({ code: "LED_MISSING_TRANSACTION", record, severity })
const unreadable = (record: string) => ({ code: "REC_INVALID", record, severity: "high" })
const incomplete = (record: string) => ({ code: "COV_INCOMPLETE", record, severity: "critical" })
const dangling = (record: string) => ({ code: "LED_MISSING_PRODUCT", record, severity: "critical" })

const unexplained = (record: string) => ({ code: "LED_ADJUSTMENT", record, severity: "high" })

const quarantinedTransaction = (payload: unknown) => [
  { customer: "c-1", stream: "transactions" as const, recordId: "t-q", payload },
]

layer(ledgerStore)("a record and its transaction", (it) => {
  it.effect("that agree are matched, each once, and nothing is found", () =>
    Effect.gen(function* () {
      const records = [
        deposit("fd"),
        withdrawal("fw"),
        product("crypto_deposits", "cd"),
        product("crypto_withdrawals", "cw"),
        product("crypto_refunds", "cr", { original_deposit_id: "cd" }),
        product("collection_payments", "cp"),
      ]
      const exchanged = conversion("cv")
      const verdict = yield* judge({
        rows: [
          ...records.flatMap((record) => [record, postingOf(record)]),
          exchanged,
          legOf(exchanged, "DEBIT", {}),
          legOf(exchanged, "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
        ],
      })
      expect(verdict.found).toEqual([])
      expect(Object.values(verdict.movements)).toEqual(Array.from({ length: 8 }, () => "matched"))
      expect(Object.values(verdict.transactions)).toEqual(Array.from({ length: 8 }, () => "matched"))
    }),
  )
})

describeCases("LED_MISSING_TRANSACTION", [
  {
    it: "finds a settled deposit that no transaction names",
    ledger: { rows: [deposit("d-1")] },
    found: [missing("d-1")],
    movements: { "fiat_deposits d-1": "exception" },
  },
  {
    it: "is critical where money left: withdrawals and refunds",
    ledger: {
      rows: [withdrawal("a"), product("crypto_withdrawals", "b"), product("crypto_refunds", "c")],
    },
    found: [missing("a", "critical"), missing("b", "critical"), missing("c", "critical")],
  },
  {
    it: "is high where money came: crypto deposits and collection payments",
    ledger: { rows: [product("crypto_deposits", "a"), product("collection_payments", "b")] },
    found: [missing("a"), missing("b")],
  },
  {
    it: "finds each leg of a conversion by itself",
    ledger: { rows: [conversion("x")] },
    found: [
      { ...missing("x"), leg: "CREDIT" },
      { ...missing("x", "critical"), leg: "DEBIT" },
    ],
    movements: { "conversions x CREDIT": "exception", "conversions x DEBIT": "exception" },
  },
  {
    it: "finds the one leg that is missing",
    ledger: { rows: [conversion("x"), legOf(conversion("x"), "DEBIT", {})] },
    found: [{ ...missing("x"), leg: "CREDIT" }],
    movements: { "conversions x CREDIT": "exception", "conversions x DEBIT": "matched" },
  },
  {
    it: "waits for the grace of an hour, counted from completedAt",
    ledger: {
      rows: [
        deposit("just-inside", { completed_at: hoursBefore(0.99) }),
        deposit("just-outside", { completed_at: hoursBefore(1.01) }),
      ],
    },
    found: [missing("just-outside")],
    movements: { "fiat_deposits just-inside": "in flight", "fiat_deposits just-outside": "exception" },
  },
  {
    it: "counts the grace from updatedAt where completedAt is not given",
    ledger: { rows: [deposit("d-1", { completed_at: null, updated_at: hoursBefore(0.5) })] },
    movements: { "fiat_deposits d-1": "in flight" },
  },
  {
    it: "has the grace that the configuration gives",
    ledger: { rows: [deposit("d-1", { completed_at: hoursBefore(1.5) })] },
    settings: { graceMinutes: 120 },
    movements: { "fiat_deposits d-1": "in flight" },
  },
  {
    it: "is silent on records that are open, void or undone",
    ledger: {
      rows: ["PENDING", "FAILED", "REVERSED"].map((status) =>
        deposit(status, { status, created_at: hoursBefore(0.5) }),
      ),
    },
    movements: {
      "fiat_deposits PENDING": "in flight",
      "fiat_deposits FAILED": "void",
      "fiat_deposits REVERSED": "void",
    },
  },
  {
    it: "does not guess what a status outside the contract means",
    ledger: { rows: [deposit("d-1", { status: "TELEPORTED" })] },
    found: [{ code: "REC_UNKNOWN_STATUS", record: "d-1", severity: "medium" }],
    movements: { "fiat_deposits d-1": "unproven" },
    unproven: { LED_AMOUNT_MISMATCH: 1 },
  },
  {
    it: "is not judged where the customer's transactions were not all read",
    ledger: { rows: [deposit("d-1")], coverage: { "c-1/transactions": "PARTIAL" } },
    found: [incomplete("c-1/transactions")],
    movements: { "fiat_deposits d-1": "unproven" },
    unproven: { LED_MISSING_TRANSACTION: 1 },
  },
  {
    it: "is not judged where a quarantined transaction names the record",
    ledger: {
      rows: [deposit("d-1")],
      quarantine: quarantinedTransaction({ resourceType: "fiat_deposit", resourceId: "d-1", currency: "EUR" }),
    },
    found: [unreadable("t-q")],
    movements: { "fiat_deposits d-1": "unproven" },
    unproven: { LED_MISSING_TRANSACTION: 1 },
  },
  {
    it: "is not judged where a quarantined transaction might name any record",
    ledger: { rows: [deposit("d-1")], quarantine: quarantinedTransaction("not an object") },
    found: [unreadable("t-q")],
    movements: { "fiat_deposits d-1": "unproven" },
    unproven: { LED_MISSING_TRANSACTION: 1 },
  },
  {
    it: "is found where the quarantined transaction names another record",
    ledger: {
      rows: [deposit("d-1")],
      quarantine: quarantinedTransaction({ resourceId: "d-2", currency: "EUR" }),
    },
    found: [missing("d-1"), unreadable("t-q")],
  },
  {
    it: "is found where the transaction that might be unreadable is another customer's",
    ledger: {
      rows: [deposit("d-1")],
      customers: ["c-1", "c-2"],
      quarantine: [{ customer: "c-2", stream: "transactions", recordId: "t-q", payload: {} }],
    },
    found: [missing("d-1"), unreadable("t-q")],
  },
])

const names = (id: string, values: Readonly<Record<string, string | null>> = {}) =>
  transaction(id, { type: "FIAT_DEPOSIT", resource_type: "fiat_deposit", resource_id: "d-9", ...values })

describeCases("LED_MISSING_PRODUCT", [
  {
    it: "finds a posted transaction that names no record of its list",
    ledger: { rows: [names("t-1")] },
    found: [dangling("t-1")],
    transactions: { "t-1": "exception" },
  },
  {
    it: "finds one of any status, as soon as it is past its grace",
    ledger: {
      rows: [
        names("failed", { status: "FAILED" }),
        names("new-pending", { status: "PENDING", created_at: hoursBefore(0.5) }),
        names("old-pending", { status: "PENDING", created_at: hoursBefore(2) }),
        names("new-posted", { posted_at: hoursBefore(0.99) }),
        names("old-posted", { posted_at: hoursBefore(1.01) }),
      ],
    },
    found: [dangling("failed"), dangling("old-pending"), dangling("old-posted")],
    transactions: {
      failed: "exception",
      "new-pending": "in flight",
      "old-pending": "exception",
      "new-posted": "in flight",
      "old-posted": "exception",
    },
  },
  {
    it: "looks only in the list that the resourceType names",
    ledger: { rows: [deposit("d-9"), names("t-1", { resource_type: "crypto_deposit" })] },
    found: [dangling("t-1"), missing("d-9")],
  },
  {
    it: "is not judged where the list was not read to its end",
    ledger: { rows: [names("t-1")], coverage: { "c-1/fiat_deposits": "FAILED" } },
    found: [incomplete("c-1/fiat_deposits")],
    transactions: { "t-1": "unproven" },
    unproven: { LED_MISSING_PRODUCT: 1 },
  },
  {
    it: "is found where another customer's list was not read: missing or somebody else's, the money is wrong",
    ledger: { rows: [names("t-1")], customers: ["c-1", "c-2"], coverage: { "c-2/fiat_deposits": "FAILED" } },
    found: [incomplete("c-2/fiat_deposits"), dangling("t-1")],
  },
  {
    it: "is not judged where the list is denied",
    ledger: { rows: [names("t-1")], coverage: { "c-1/fiat_deposits": "DENIED" } },
    found: [{ code: "COV_DENIED", record: "fiat_deposits", severity: "high" }],
    transactions: { "t-1": "unproven" },
    unproven: { LED_MISSING_PRODUCT: 1 },
  },
  {
    it: "is not judged where the product is not enabled, so that its list cannot be read",
    ledger: { rows: [names("t-1")], coverage: { "c-1/fiat_deposits": "NOT_APPLICABLE" } },
    transactions: { "t-1": "unproven" },
    unproven: { LED_MISSING_PRODUCT: 1 },
  },
  {
    it: "is not judged where the record is in quarantine",
    ledger: {
      rows: [names("t-1")],
      quarantine: [{ customer: "c-1", stream: "fiat_deposits", recordId: "d-9", payload: {} }],
    },
    found: [unreadable("d-9")],
    transactions: { "t-1": "unproven" },
    unproven: { LED_MISSING_PRODUCT: 1 },
  },
  {
    it: "is not judged where a record without a readable id is in quarantine",
    ledger: {
      rows: [names("t-1")],
      quarantine: [{ customer: "c-1", stream: "fiat_deposits", recordId: null, payload: {} }],
    },
    found: [unreadable("c-1/fiat_deposits/1/0")],
    transactions: { "t-1": "unproven" },
    unproven: { LED_MISSING_PRODUCT: 1 },
  },
  {
    it: "is found where only another record is in quarantine",
    ledger: {
      rows: [names("t-1")],
      quarantine: [{ customer: "c-1", stream: "fiat_deposits", recordId: "d-8", payload: {} }],
    },
    found: [dangling("t-1"), unreadable("d-8")],
  },
  {
    it: "does not guess which list an unknown resourceType means",
    ledger: { rows: [names("t-1", { resource_type: "loan" }), names("t-2", { resource_type: null, type: "FEE" })] },
    transactions: { "t-1": "unproven", "t-2": "unproven" },
    unproven: { LED_MISSING_PRODUCT: 2 },
  },
  {
    it: "takes the list from the transaction's type where it says no resourceType",
    ledger: { rows: [names("t-1", { resource_type: null })] },
    found: [dangling("t-1")],
    transactions: { "t-1": "exception" },
  },
  {
    it: "is silent on what names no resource: a fee by right, an adjustment until a person accepts it",
    ledger: {
      rows: [
        transaction("fee", { type: "FEE", direction: "DEBIT" }),
        transaction("adjustment"),
        transaction("reversed", { status: "REVERSED" }),
        transaction("pending", { status: "PENDING", created_at: hoursBefore(1) }),
        transaction("failed", { status: "FAILED" }),
      ],
    },
    found: [unexplained("adjustment"), unexplained("reversed")],
    transactions: {
      adjustment: "exception",
      failed: "void",
      fee: "unreferenced",
      pending: "in flight",
      reversed: "exception",
    },
  },
  {
    it: "is what a product's transaction without a resource is not: no record explains it",
    ledger: { rows: [transaction("t-1", { type: "FIAT_DEPOSIT" })] },
    found: [unexplained("t-1")],
    transactions: { "t-1": "exception" },
  },
])

describeCases("LED_ADJUSTMENT", [
  {
    it: "finds each adjustment that names no record, whichever way it went",
    ledger: { rows: [transaction("down", { direction: "DEBIT" }), transaction("up")] },
    found: [unexplained("down"), unexplained("up")],
  },
  {
    it: "is silent on one that was reversed, and on its equal opposite",
    ledger: {
      rows: [transaction("one", { status: "REVERSED" }), transaction("back", { direction: "DEBIT" })],
    },
    transactions: { back: "unreferenced", one: "unreferenced" },
  },
  {
    it: "finds what is left of two that were reversed and one that came back, or of another amount",
    ledger: {
      rows: [
        transaction("one", { status: "REVERSED", posted_at: hoursBefore(90) }),
        transaction("two", { status: "REVERSED", posted_at: hoursBefore(80) }),
        transaction("back", { direction: "DEBIT", posted_at: hoursBefore(70) }),
        transaction("less", { direction: "DEBIT", amount: "99", net_amount: "99" }),
      ],
    },
    found: [unexplained("less"), unexplained("two")],
  },
  {
    it: "is silent up to the limit that the configuration gives",
    ledger: { rows: [transaction("t-1"), transaction("t-2", { amount: "100.01", net_amount: "100.01" })] },
    settings: { checks: { LED_ADJUSTMENT: { tolerance: { EUR: { absolute: "100", basisPoints: 0 } } } } },
    found: [unexplained("t-2")],
    transactions: { "t-1": "unreferenced", "t-2": "exception" },
  },
  {
    it: "is silent where the customer's transactions were not all read",
    ledger: { rows: [transaction("t-1")], coverage: { "c-1/transactions": "PARTIAL" } },
    found: [incomplete("c-1/transactions")],
    transactions: { "t-1": "unproven" },
  },
])
