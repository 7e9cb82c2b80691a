import { deposit, hoursBefore, postingOf, product, withdrawal } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const d = deposit("d-1")
const exception = { "fiat_deposits d-1": "exception" }
const matched = { "fiat_deposits d-1": "matched" }
const found = (code: string, severity: string, record = "d-1") => ({ code, record, severity })

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
    it: "is critical where a void record has a posted transaction, past the grace in which it may be taken back",
    ledger: {
      rows: ["FAILED", "REJECTED", "CANCELLED", "EXPIRED"].flatMap((status) => [
        deposit(status, { status }),
        postingOf(deposit(status), { posted_at: hoursBefore(1.1) }),
      ]),
    },
    found: ["CANCELLED", "EXPIRED", "FAILED", "REJECTED"].map((id) => found("LED_STATUS_MISMATCH", "critical", id)),
  },
  {
    it: "is silent where a void record's transaction is reversed, or failed, or posted and taken back",
    ledger: {
      rows: [
        deposit("a", { status: "FAILED" }),
        postingOf(deposit("a"), { posted_at: hoursBefore(0.1) }),
        deposit("b", { status: "FAILED" }),
        postingOf(deposit("b"), { status: "FAILED" }),
        deposit("c", { status: "FAILED" }),
        postingOf(deposit("c"), { status: "REVERSED" }),
        postingOf(deposit("c"), { transaction_id: "t-c-2", direction: "DEBIT" }),
      ],
    },
    movements: { "fiat_deposits a": "in flight", "fiat_deposits b": "void", "fiat_deposits c": "void" },
    transactions: { "t-a": "in flight", "t-b": "void", "t-c": "void", "t-c-2": "void" },
  },
  {
    it: "is critical where a void record's only transaction is called REVERSED, and nothing took it back",
    ledger: { rows: [deposit("d-1", { status: "FAILED" }), postingOf(d, { status: "REVERSED" })] },
    found: [found("LED_STATUS_MISMATCH", "critical")],
  },
  {
    it: "is critical where the money of a void record came back by half",
    ledger: {
      rows: [
        deposit("d-1", { status: "FAILED" }),
        postingOf(d, { status: "REVERSED" }),
        postingOf(d, { transaction_id: "t-2", direction: "DEBIT", amount: "50", net_amount: "50" }),
      ],
    },
    found: [found("LED_STATUS_MISMATCH", "critical")],
  },
  {
    it: "is critical where a void record's money came back on another network",
    ledger: {
      rows: [
        product("crypto_deposits", "cd", { status: "FAILED", network: "TRON" }),
        postingOf(product("crypto_deposits", "cd"), { network: "TRON" }),
        postingOf(product("crypto_deposits", "cd"), { transaction_id: "t-2", direction: "DEBIT", network: "SOLANA" }),
      ],
    },
    found: [found("LED_STATUS_MISMATCH", "critical", "cd")],
  },
  {
    it: "is critical where the money of an undone record stands",
    ledger: { rows: [withdrawal("w", { status: "REVERSED" }), postingOf(withdrawal("w"))] },
    found: [found("LED_STATUS_MISMATCH", "critical", "w")],
  },
  {
    it: "does not say so where the API lists no refunds of the product that might have taken it back",
    ledger: { rows: [deposit("d-1", { status: "REFUNDED" }), postingOf(d)] },
    settings: { refunds: { fiat_deposits: "notListed" } },
    movements: { "fiat_deposits d-1": "unproven" },
    unproven: { LED_STATUS_MISMATCH: 1 },
  },
  {
    it: "finds a transaction that is called REVERSED and was never taken back, though the sums agree",
    ledger: { rows: [d, postingOf(d, { status: "REVERSED" })] },
    found: [found("LED_STATUS_MISMATCH", "high")],
    movements: exception,
  },
  {
    it: "finds a settled record whose transaction was taken back and not posted again",
    ledger: {
      rows: [d, postingOf(d, { status: "REVERSED" }), postingOf(d, { transaction_id: "t-2", direction: "DEBIT" })],
    },
    found: [found("LED_STATUS_MISMATCH", "high")],
    movements: exception,
    transactions: { "t-2": "exception", "t-d-1": "exception" },
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
    transactions: { "t-2": "void", "t-d-1": "void" },
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
    unproven: { LED_STATUS_MISMATCH: 1 },
  },
  {
    it: "does not let a posted transaction outweigh an unknown one, which may be posted too",
    ledger: { rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", status: "FROZEN" })] },
    found: [{ code: "REC_UNKNOWN_STATUS", record: "t-2", severity: "medium" }],
    movements: { "fiat_deposits d-1": "unproven" },
    transactions: { "t-2": "unproven", "t-d-1": "unproven" },
    unproven: { LED_AMOUNT_MISMATCH: 1 },
  },
  {
    it: "lets an unknown one of no amount change nothing",
    ledger: {
      rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", status: "FROZEN", amount: "0", net_amount: "0" })],
    },
    found: [{ code: "REC_UNKNOWN_STATUS", record: "t-2", severity: "medium" }],
    movements: matched,
  },
  {
    it: "takes the configuration's word for what a status means",
    ledger: { rows: [deposit("d-1", { status: "BOOKED" }), postingOf(d)] },
    settings: { contract: { streams: { fiat_deposits: { statuses: { BOOKED: "settled" } } } } },
    movements: matched,
  },
])

const refund = product("crypto_refunds", "cr", { original_deposit_id: "cd" })
const refunded = product("crypto_deposits", "cd", { status: "REFUNDED", fee: "1", net_amount: "99" })
const young = { status: "PENDING", created_at: hoursBefore(3) }

describeCases("a deposit that was refunded", [
  {
    it: "agrees where refunds took back what came in, net or gross",
    ledger: {
      rows: [
        refunded,
        postingOf(refunded),
        refund,
        postingOf(refund),
        product("crypto_deposits", "net", { status: "REFUNDED", fee: "1", net_amount: "99" }),
        postingOf(product("crypto_deposits", "net"), { fee: "1", net_amount: "99" }),
        product("crypto_refunds", "r", { original_deposit_id: "net", amount: "99", net_amount: "99" }),
        postingOf(product("crypto_refunds", "r"), { amount: "99", net_amount: "99" }),
      ],
    },
    movements: {
      "crypto_deposits cd": "void",
      "crypto_deposits net": "void",
      "crypto_refunds cr": "matched",
      "crypto_refunds r": "matched",
    },
  },
  {
    it: "is found where nothing, or only a part, went back",
    ledger: {
      rows: [
        refunded,
        postingOf(refunded),
        product("crypto_refunds", "cr", { original_deposit_id: "cd", amount: "60", net_amount: "60" }),
        postingOf(refund, { amount: "60", net_amount: "60" }),
        product("crypto_deposits", "none", { status: "REFUNDED" }),
        postingOf(product("crypto_deposits", "none")),
      ],
    },
    found: ["cd", "none"].map((id) => found("LED_STATUS_MISMATCH", "critical", id)),
  },
  {
    it: "waits for a refund that is open, until that is older than it may be",
    ledger: {
      rows: [
        refunded,
        postingOf(refunded),
        product("crypto_refunds", "cr", { original_deposit_id: "cd", ...young }),
        product("crypto_deposits", "old", { status: "REFUNDED" }),
        postingOf(product("crypto_deposits", "old")),
        product("crypto_refunds", "stuck", { original_deposit_id: "old", ...young, created_at: hoursBefore(25) }),
      ],
    },
    found: [found("AGE_STUCK", "medium", "stuck"), found("LED_STATUS_MISMATCH", "critical", "old")],
    movements: {
      "crypto_deposits cd": "in flight",
      "crypto_deposits old": "exception",
      "crypto_refunds cr": "in flight",
      "crypto_refunds stuck": "in flight",
    },
  },
  {
    it: "is not judged where the refunds were not read, or one of them cannot be read and may have been sent",
    ledger: {
      rows: [refunded, postingOf(refunded)],
      quarantine: [
        {
          customer: "c-1",
          stream: "crypto_refunds",
          recordId: "cr",
          payload: { originalDepositId: "cd", currency: "EUR", amount: {} },
        },
      ],
    },
    found: [found("REC_INVALID", "high", "cr")],
    movements: { "crypto_deposits cd": "unproven" },
    unproven: { LED_STATUS_MISMATCH: 1, REFUND_EXCESS: 1 },
  },
  {
    it: "is found beside a refund that cannot be read, and was undone or is of another currency",
    ledger: {
      rows: [refunded, postingOf(refunded)],
      quarantine: [
        {
          customer: "c-1",
          stream: "crypto_refunds",
          recordId: "a",
          payload: { originalDepositId: "cd", status: "REVERSED" },
        },
        {
          customer: "c-1",
          stream: "crypto_refunds",
          recordId: "b",
          payload: { originalDepositId: "cd", currency: "USDT" },
        },
      ],
    },
    found: [
      found("LED_STATUS_MISMATCH", "critical", "cd"),
      found("REC_INVALID", "high", "a"),
      found("REC_INVALID", "high", "b"),
    ],
  },
])
