import { conversion, deposit, hoursBefore, legOf, postingOf, withdrawal } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const d = deposit("d-1")
const exception = { "fiat_deposits d-1": "exception" }
const matched = { "fiat_deposits d-1": "matched" }
const found = (code: string, severity: string, record = "d-1") => ({ code, record, severity })
const net = (amount: string, values: Readonly<Record<string, string>> = {}) =>
  postingOf(d, { amount, net_amount: amount, ...values })
const tolerance = (absolute: string, basisPoints = 0, currency = "EUR") => ({
  tolerance: { [currency]: { absolute, basisPoints } },
})

describeCases("LED_DUPLICATE_TRANSACTION", [
  {
    it: "finds two posted transactions for one movement, and judges the record by the older one",
    ledger: { rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", created_at: hoursBefore(90) })] },
    found: [found("LED_DUPLICATE_TRANSACTION", "critical")],
    movements: exception,
    transactions: { "t-2": "exception" },
  },
  {
    it: "finds three as one exception",
    ledger: {
      rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-e" }), postingOf(d, { transaction_id: "t-f" })],
    },
    found: [found("LED_DUPLICATE_TRANSACTION", "critical")],
    transactions: { "t-e": "exception", "t-f": "exception" },
  },
  {
    it: "finds a second one of the other direction, another amount or another customer",
    ledger: {
      rows: [
        deposit("a"),
        postingOf(deposit("a")),
        postingOf(deposit("a"), { transaction_id: "t-a-2", direction: "DEBIT" }),
        deposit("b"),
        postingOf(deposit("b")),
        postingOf(deposit("b"), { transaction_id: "t-b-2", amount: "7", net_amount: "7" }),
        deposit("c"),
        postingOf(deposit("c")),
        postingOf(deposit("c"), { transaction_id: "t-c-2", customer_id: "c-2" }),
      ],
    },
    found: ["a", "b", "c"].map((id) => found("LED_DUPLICATE_TRANSACTION", "critical", id)),
    transactions: { "t-a-2": "exception", "t-b-2": "exception", "t-c-2": "exception" },
  },
  {
    it: "finds a second posting of one leg of a conversion",
    ledger: {
      rows: [
        conversion("x"),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "DEBIT", { transaction_id: "t-2" }),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
      ],
    },
    found: [{ ...found("LED_DUPLICATE_TRANSACTION", "critical", "x"), leg: "DEBIT" }],
    movements: { "conversions x CREDIT": "matched", "conversions x DEBIT": "exception" },
  },
  {
    it: "counts a reversed transaction whose reversal is not there as posted",
    ledger: { rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", status: "REVERSED" })] },
    found: [found("LED_DUPLICATE_TRANSACTION", "critical")],
    movements: exception,
  },
  {
    it: "is silent where the first try failed and the second succeeded",
    ledger: { rows: [d, postingOf(d, { transaction_id: "t-0", status: "FAILED" }), postingOf(d)] },
    movements: matched,
    transactions: { "t-0": "void" },
  },
  {
    it: "is silent on an open transaction beside a posted one",
    ledger: {
      rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", status: "PENDING", created_at: hoursBefore(0.5) })],
    },
    movements: matched,
    transactions: { "t-2": "in flight" },
  },
  {
    it: "is silent where a transaction was reversed, taken back and posted again",
    ledger: {
      rows: [
        d,
        postingOf(d, { transaction_id: "t-0", status: "REVERSED" }),
        postingOf(d, { transaction_id: "t-1", direction: "DEBIT" }),
        postingOf(d),
      ],
    },
    movements: matched,
    transactions: { "t-0": "void", "t-1": "void" },
  },
])

describeCases("LED_AMOUNT_MISMATCH", [
  {
    it: "finds a difference of one in the eighteenth place",
    ledger: { rows: [d, net("100.000000000000000001")] },
    found: [found("LED_AMOUNT_MISMATCH", "high")],
    movements: exception,
  },
  {
    it: "accepts a difference up to the absolute tolerance of the currency",
    ledger: { rows: [d, net("99.99")] },
    settings: tolerance("0.01"),
    movements: { "fiat_deposits d-1": "within tolerance" },
  },
  {
    it: "finds a difference just beyond the absolute tolerance",
    ledger: { rows: [d, net("99.989999999999999999")] },
    settings: tolerance("0.01"),
    found: [found("LED_AMOUNT_MISMATCH", "high")],
  },
  {
    it: "accepts a difference up to the basis points of the expected amount",
    ledger: { rows: [d, net("100.25")] },
    settings: tolerance("0", 25),
    movements: { "fiat_deposits d-1": "within tolerance" },
  },
  {
    it: "finds a difference just beyond the basis points",
    ledger: { rows: [d, net("100.250000000000000001")] },
    settings: tolerance("0", 25),
    found: [found("LED_AMOUNT_MISMATCH", "high")],
  },
  {
    it: "takes the larger of the absolute tolerance and the basis points",
    ledger: { rows: [d, net("100.5")] },
    settings: tolerance("0.5", 1),
    movements: { "fiat_deposits d-1": "within tolerance" },
  },
  {
    it: "does not take the tolerance of another currency",
    ledger: { rows: [d, net("99.99")] },
    settings: tolerance("1", 100, "USD"),
    found: [found("LED_AMOUNT_MISMATCH", "high")],
  },
  {
    it: "expects a conversion's fee on the leg that is in the fee's currency, on top of what is debited",
    ledger: {
      rows: [
        conversion("x", { fee: "2" }),
        legOf(conversion("x"), "DEBIT", { amount: "100", fee: "2", net_amount: "102" }),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
      ],
    },
    movements: { "conversions x CREDIT": "matched", "conversions x DEBIT": "matched" },
  },
  {
    it: "expects a conversion's fee to lessen what is credited, where it is in that currency",
    ledger: {
      rows: [
        conversion("x", { fee: "2", fee_currency: "USD" }),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", fee: "2", net_amount: "108" }),
      ],
    },
    movements: { "conversions x CREDIT": "matched", "conversions x DEBIT": "matched" },
  },
  {
    it: "expects no fee on either leg where it is in a third currency",
    ledger: {
      rows: [
        conversion("x", { fee: "2", fee_currency: "CHF" }),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
      ],
    },
    movements: { "conversions x CREDIT": "matched", "conversions x DEBIT": "matched" },
  },
  {
    it: "finds the leg on which a conversion's fee was forgotten",
    ledger: {
      rows: [
        conversion("x", { fee: "2" }),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
      ],
    },
    found: [{ ...found("LED_AMOUNT_MISMATCH", "high", "x"), leg: "DEBIT" }],
  },
])

const withFee = postingOf(d, { amount: "101", fee: "1", net_amount: "100" })

describeCases("LED_FEE_MISMATCH", [
  {
    it: "finds another fee where the net amounts agree",
    ledger: { rows: [d, withFee] },
    found: [found("LED_FEE_MISMATCH", "medium")],
    movements: exception,
  },
  {
    it: "accepts a fee within tolerance",
    ledger: { rows: [d, withFee] },
    settings: tolerance("1"),
    movements: { "fiat_deposits d-1": "within tolerance" },
  },
  {
    it: "is silent where the net amount differs too: that is the graver exception",
    ledger: { rows: [d, postingOf(d, { fee: "1", net_amount: "99" })] },
    found: [found("LED_AMOUNT_MISMATCH", "high")],
  },
])

describeCases("what a transaction is, beside its amount", [
  {
    it: "LED_CURRENCY_MISMATCH finds the only transaction in another currency",
    ledger: { rows: [d, postingOf(d, { currency: "USD" })] },
    found: [found("LED_CURRENCY_MISMATCH", "critical")],
    movements: exception,
  },
  {
    it: "LED_CURRENCY_MISMATCH is silent on a failed try in another currency",
    ledger: { rows: [d, postingOf(d, { transaction_id: "t-0", status: "FAILED", currency: "USD" }), postingOf(d)] },
    movements: matched,
  },
  {
    it: "LED_CURRENCY_MISMATCH names the leg of a conversion",
    ledger: {
      rows: [
        conversion("x"),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "CREDIT", { currency: "GBP", amount: "110", net_amount: "110" }),
      ],
    },
    found: [{ ...found("LED_CURRENCY_MISMATCH", "critical", "x"), leg: "CREDIT" }],
  },
  {
    it: "LED_DIRECTION_MISMATCH finds the only transaction with the other direction",
    ledger: { rows: [d, postingOf(d, { direction: "DEBIT" })] },
    found: [found("LED_DIRECTION_MISMATCH", "critical")],
    movements: exception,
  },
  {
    it: "LED_DIRECTION_MISMATCH finds a withdrawal that was credited",
    ledger: { rows: [withdrawal("w"), postingOf(withdrawal("w"), { direction: "CREDIT" })] },
    found: [found("LED_DIRECTION_MISMATCH", "critical", "w")],
  },
  {
    it: "LED_OWNER_MISMATCH finds a transaction of another customer",
    ledger: { rows: [d, postingOf(d, { customer_id: "c-2" })] },
    found: [found("LED_OWNER_MISMATCH", "critical")],
    movements: exception,
  },
])

describeCases("LED_STATUS_MISMATCH", [
  {
    it: "finds a settled record past grace whose only transaction is still open, or has failed",
    ledger: {
      rows: [
        deposit("a"),
        postingOf(deposit("a"), { status: "PENDING" }),
        deposit("b"),
        postingOf(deposit("b"), { status: "FAILED" }),
      ],
    },
    found: [found("LED_STATUS_MISMATCH", "high", "a"), found("LED_STATUS_MISMATCH", "high", "b")],
  },
  {
    it: "waits for the grace",
    ledger: {
      rows: [
        deposit("d-1", { completed_at: hoursBefore(0.99) }),
        postingOf(d, { status: "PENDING", created_at: hoursBefore(1) }),
      ],
    },
    movements: { "fiat_deposits d-1": "in flight" },
  },
  {
    it: "is critical where a void record has a posted transaction, with no grace",
    ledger: {
      rows: ["FAILED", "REJECTED", "CANCELLED", "EXPIRED"].flatMap((status) => [
        deposit(status, { status }),
        postingOf(deposit(status), { posted_at: hoursBefore(0.1) }),
      ]),
    },
    found: ["CANCELLED", "EXPIRED", "FAILED", "REJECTED"].map((id) => found("LED_STATUS_MISMATCH", "critical", id)),
  },
  {
    it: "is silent where a void record's transaction is reversed, or failed, or posted and taken back",
    ledger: {
      rows: [
        deposit("a", { status: "FAILED" }),
        postingOf(deposit("a"), { status: "REVERSED" }),
        deposit("b", { status: "FAILED" }),
        postingOf(deposit("b"), { status: "FAILED" }),
        deposit("c", { status: "FAILED" }),
        postingOf(deposit("c"), { status: "REVERSED" }),
        postingOf(deposit("c"), { transaction_id: "t-c-2", direction: "DEBIT" }),
      ],
    },
    movements: { "fiat_deposits a": "void", "fiat_deposits b": "void", "fiat_deposits c": "void" },
    transactions: { "t-c-2": "void" },
  },
  {
    it: "counts a reversed transaction as posted where its reversal is not there",
    ledger: { rows: [d, postingOf(d, { status: "REVERSED" })] },
    movements: matched,
  },
  {
    it: "finds a settled record whose transaction was taken back and not posted again",
    ledger: {
      rows: [d, postingOf(d, { status: "REVERSED" }), postingOf(d, { transaction_id: "t-2", direction: "DEBIT" })],
    },
    found: [found("LED_STATUS_MISMATCH", "high")],
    movements: exception,
    transactions: { "t-2": "void" },
  },
  {
    it: "is silent on an undone record whose transaction was taken back",
    ledger: {
      rows: [
        deposit("d-1", { status: "REVERSED" }),
        postingOf(d, { status: "REVERSED" }),
        postingOf(d, { transaction_id: "t-2", direction: "DEBIT" }),
      ],
    },
    movements: { "fiat_deposits d-1": "void" },
    transactions: { "t-2": "void" },
  },
  {
    it: "is silent on an open record whose transaction is posted already",
    ledger: { rows: [deposit("d-1", { status: "PROCESSING", created_at: hoursBefore(1) }), postingOf(d)] },
    movements: { "fiat_deposits d-1": "in flight" },
  },
  {
    it: "does not guess what an unknown status of a transaction means",
    ledger: { rows: [d, postingOf(d, { status: "FROZEN" })] },
    found: [{ code: "REC_UNKNOWN_STATUS", record: "t-d-1", severity: "medium" }],
    movements: { "fiat_deposits d-1": "unproven" },
  },
  {
    it: "lets a posted transaction outweigh an unknown one",
    ledger: { rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", status: "FROZEN" })] },
    found: [{ code: "REC_UNKNOWN_STATUS", record: "t-2", severity: "medium" }],
    movements: matched,
    transactions: { "t-2": "unproven" },
  },
  {
    it: "takes the configuration's word for what a status means",
    ledger: { rows: [deposit("d-1", { status: "BOOKED" }), postingOf(d)] },
    settings: { contract: { streams: { fiat_deposits: { statuses: { BOOKED: "settled" } } } } },
    movements: matched,
  },
])

const partial = { "c-1/transactions": "PARTIAL" as const }
const incomplete = found("COV_INCOMPLETE", "critical", "c-1/transactions")
const backward = { direction: "DEBIT" }

describeCases("where a customer's transactions were not all read", [
  {
    it: "no transaction is called a movement's only one",
    ledger: {
      rows: [
        deposit("a"),
        postingOf(deposit("a"), { currency: "USD" }),
        deposit("b"),
        postingOf(deposit("b"), backward),
        deposit("c"),
        postingOf(deposit("c"), { status: "PENDING", posted_at: null }),
      ],
      coverage: partial,
    },
    found: [incomplete],
    movements: { "fiat_deposits a": "unproven", "fiat_deposits b": "unproven", "fiat_deposits c": "unproven" },
    unproven: { LED_CURRENCY_MISMATCH: 1, LED_DIRECTION_MISMATCH: 1, LED_STATUS_MISMATCH: 1 },
  },
  {
    it: "one that goes the other way may be a reversal of what was not read",
    ledger: {
      rows: [
        deposit("a", { status: "FAILED" }),
        postingOf(deposit("a"), backward),
        deposit("b"),
        postingOf(deposit("b"), { transaction_id: "back", ...backward }),
        postingOf(deposit("b"), { transaction_id: "again" }),
      ],
      coverage: partial,
    },
    found: [incomplete],
    movements: { "fiat_deposits a": "unproven", "fiat_deposits b": "unproven" },
    unproven: { LED_DUPLICATE_TRANSACTION: 1, LED_STATUS_MISMATCH: 1 },
  },
  {
    it: "what was read and speaks for itself is found all the same",
    ledger: {
      rows: [
        deposit("a", { status: "FAILED" }),
        postingOf(deposit("a")),
        deposit("b"),
        postingOf(deposit("b"), { transaction_id: "one" }),
        postingOf(deposit("b"), { transaction_id: "two" }),
        deposit("c"),
        postingOf(deposit("c"), { amount: "7", net_amount: "7" }),
      ],
      coverage: partial,
    },
    found: [
      incomplete,
      found("LED_AMOUNT_MISMATCH", "high", "c"),
      found("LED_DUPLICATE_TRANSACTION", "critical", "b"),
      found("LED_STATUS_MISMATCH", "critical", "a"),
    ],
  },
  {
    it: "a transaction in quarantine may be the other one, of its own movement or of any",
    ledger: {
      rows: [deposit("a"), postingOf(deposit("a"), backward), deposit("b"), postingOf(deposit("b"), backward)],
      quarantine: [
        { customer: "c-1", stream: "transactions", recordId: "q", payload: { resourceId: "a", currency: "EUR" } },
      ],
    },
    found: [found("LED_DIRECTION_MISMATCH", "critical", "b"), found("REC_INVALID", "high", "q")],
    movements: { "fiat_deposits a": "unproven", "fiat_deposits b": "exception" },
    unproven: { LED_DIRECTION_MISMATCH: 1 },
  },
])
