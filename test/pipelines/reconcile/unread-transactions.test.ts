import { conversion, deposit, postingOf, product, withdrawal } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const found = (code: string, severity: string, record = "d-1") => ({ code, record, severity })

const partial = { "c-1/transactions": "PARTIAL" as const }
const incomplete = found("COV_INCOMPLETE", "critical", "c-1/transactions")
const backward = { direction: "DEBIT" }

describeCases("where a customer's transactions were not all read", [
  {
    it: "no movement of the customer is judged, whatever was read of them",
    ledger: {
      rows: [
        deposit("a"),
        postingOf(deposit("a"), { currency: "USD" }),
        deposit("b"),
        postingOf(deposit("b"), backward),
        deposit("c"),
        postingOf(deposit("c"), { status: "PENDING", posted_at: null }),
        deposit("d", { status: "FAILED" }),
        postingOf(deposit("d")),
        deposit("e"),
        postingOf(deposit("e")),
      ],
      coverage: partial,
    },
    found: [incomplete],
    movements: Object.fromEntries(["a", "b", "c", "d", "e"].map((id) => [`fiat_deposits ${id}`, "unproven"])),
    transactions: Object.fromEntries(["a", "b", "c", "d", "e"].map((id) => [`t-${id}`, "unproven"])),
    unproven: { LED_AMOUNT_MISMATCH: 1, LED_MISSING_TRANSACTION: 4 },
  },
  {
    it: "another customer's are judged all the same",
    ledger: {
      rows: [deposit("a", { customer_id: "c-2" }), deposit("b")],
      coverage: partial,
    },
    found: [incomplete, found("LED_MISSING_TRANSACTION", "high", "a")],
    movements: { "fiat_deposits a": "exception", "fiat_deposits b": "unproven" },
    unproven: { LED_MISSING_TRANSACTION: 1 },
  },
])

const refused = (payload: Readonly<Record<string, unknown>>) => ({
  customer: "c-1",
  stream: "transactions" as const,
  recordId: "q",
  payload,
})
const invalid = found("REC_INVALID", "high", "q")
const backwardPair = [deposit("a"), postingOf(deposit("a"), backward), deposit("b"), postingOf(deposit("b"), backward)]

describeCases("a transaction that cannot be read", [
  {
    it: "touches the record that it names, and no other",
    ledger: {
      rows: backwardPair,
      quarantine: [refused({ resourceType: "fiat_deposit", resourceId: "a", currency: "EUR" })],
    },
    found: [found("LED_DIRECTION_MISMATCH", "critical", "b"), invalid],
    movements: { "fiat_deposits a": "unproven", "fiat_deposits b": "exception" },
    unproven: { LED_DIRECTION_MISMATCH: 1 },
  },
  {
    it: "touches nothing where it names nothing",
    ledger: { rows: backwardPair, quarantine: [refused({ type: "FEE", resourceId: null, currency: "EUR" })] },
    found: [...["a", "b"].map((id) => found("LED_DIRECTION_MISMATCH", "critical", id)), invalid],
  },
  {
    it: "touches nothing where it is open, has failed or moved nothing",
    ledger: {
      rows: backwardPair,
      quarantine: [
        refused({ resourceType: "fiat_deposit", resourceId: "a", status: "PENDING" }),
        { ...refused({ resourceType: "fiat_deposit", resourceId: "a", status: "FAILED" }), recordId: "r" },
        { ...refused({ resourceType: "fiat_deposit", resourceId: "a", netAmount: "0.00" }), recordId: "s" },
      ],
    },
    found: [
      ...["a", "b"].map((id) => found("LED_DIRECTION_MISMATCH", "critical", id)),
      ...["q", "r", "s"].map((id) => found("REC_INVALID", "high", id)),
    ],
  },
  {
    it: "touches, where nobody can read whom it names, what its type and currency allow",
    ledger: {
      rows: [
        ...backwardPair,
        withdrawal("w"),
        product("crypto_deposits", "usdt", { currency: "USDT" }),
        postingOf(product("crypto_deposits", "usdt", { currency: "USDT" }), backward),
      ],
      quarantine: [refused({ type: "FIAT_DEPOSIT", resourceId: {}, resourceType: {}, currency: "EUR" })],
    },
    found: [
      found("LED_DIRECTION_MISMATCH", "critical", "usdt"),
      found("LED_MISSING_TRANSACTION", "critical", "w"),
      invalid,
    ],
    unproven: { LED_DIRECTION_MISMATCH: 2 },
  },
  {
    it: "touches that leg of a conversion alone whose currency it says",
    ledger: {
      rows: [conversion("x")],
      quarantine: [refused({ resourceType: "conversion", resourceId: "x", currency: "USD" })],
    },
    found: [{ ...found("LED_MISSING_TRANSACTION", "critical", "x"), leg: "DEBIT" }, invalid],
    movements: { "conversions x CREDIT": "unproven", "conversions x DEBIT": "exception" },
    unproven: { LED_MISSING_TRANSACTION: 1 },
  },
])
