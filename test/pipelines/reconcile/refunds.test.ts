import { hoursBefore, type LedgerRow, postingOf, product } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

type Values = Readonly<Record<string, string | null>>

const orphan = (record: string) => ({ code: "REFUND_ORPHAN", record, severity: "high" })
const excess = (record: string) => ({ code: "REFUND_EXCESS", record, severity: "critical" })
const misrouted = (record: string) => ({ code: "REFUND_ROUTE", record, severity: "critical" })
const outOfNothing = (record: string) => ({ code: "REFUND_STATE", record, severity: "critical" })
const unreadable = (record: string) => ({ code: "REC_INVALID", record, severity: "high" })
const incomplete = (record: string) => ({ code: "COV_INCOMPLETE", record, severity: "critical" })
const unknown = (record: string) => ({ code: "REC_UNKNOWN_STATUS", record, severity: "medium" })

/** A deposit of 100 that was sent back, and a refund of it that is still under way: the ledger has nothing to say yet. */
const original = (values: Values = {}): LedgerRow =>
  product("crypto_deposits", "d-9", { status: "REFUNDED", ...values })
const refund = (id: string, amount: string, values: Values = {}): LedgerRow =>
  product("crypto_refunds", id, {
    original_deposit_id: "d-9",
    status: "SUBMITTED",
    created_at: hoursBefore(10),
    amount,
    net_amount: amount,
    ...values,
  })

const most = "99999999999999999999.999999999999999999"

describeCases("REFUND_ORPHAN", [
  { it: "finds a refund whose deposit is nowhere", ledger: { rows: [refund("r", "1")] }, found: [orphan("r")] },
  {
    it: "finds one whose deposit belongs to another customer, and leaves its route aside",
    ledger: { rows: [refund("r", "1"), original({ customer_id: "c-2", network: "other" })] },
    found: [orphan("r")],
  },
  {
    it: "is silent where the deposit is there, whatever its status",
    ledger: { rows: [refund("r", "1"), original({ status: "FAILED" })] },
  },
  {
    it: "waits for the grace of an hour, counted from createdAt",
    ledger: { rows: [0.99, 1].map((hours) => refund(`after ${hours}`, "1", { created_at: hoursBefore(hours) })) },
    found: [orphan("after 1")],
  },
  {
    it: "looks among crypto deposits alone",
    ledger: { rows: [refund("r", "1"), product("fiat_deposits", "d-9", { status: "REVERSED" })] },
    found: [orphan("r")],
  },
  {
    it: "is not judged where the customer's deposits were not all read",
    ledger: { rows: [refund("r", "1")], coverage: { "c-1/crypto_deposits": "PARTIAL" } },
    found: [incomplete("c-1/crypto_deposits")],
    unproven: { REFUND_ORPHAN: 1, REFUND_ROUTE: 1 },
  },
  {
    it: "is not judged where the deposit is in quarantine, or might be",
    ledger: {
      rows: [refund("r", "1"), refund("s", "1", { original_deposit_id: "d-8", customer_id: "c-2" })],
      quarantine: [
        { customer: "c-1", stream: "crypto_deposits", recordId: "d-9", payload: {} },
        { customer: "c-2", stream: "crypto_deposits", recordId: null, payload: {} },
      ],
    },
    found: [unreadable("c-2/crypto_deposits/1/1"), unreadable("d-9")],
    unproven: { REFUND_EXCESS: 1, REFUND_ORPHAN: 2, REFUND_ROUTE: 1 },
  },
])

describeCases("REFUND_EXCESS", [
  {
    it: "finds a deposit of which a wei more was sent back than came in",
    ledger: { rows: [original(), refund("a", "60"), refund("b", "40.000000000000000001")] },
    found: [excess("d-9")],
  },
  {
    it: "is silent where refunds make exactly the deposit, and counts no void one",
    ledger: { rows: [original(), refund("a", "60"), refund("b", "40"), refund("c", "60", { status: "FAILED" })] },
  },
  {
    it: "counts settled and open refunds alike, and none that came back",
    ledger: {
      rows: [
        original(),
        refund("a", "60", { status: "COMPLETED", completed_at: hoursBefore(0.5) }),
        refund("b", "60"),
        product("crypto_deposits", "d-8", { status: "REFUNDED" }),
        refund("c", "60", { original_deposit_id: "d-8", status: "REVERSED" }),
        refund("d", "60", { original_deposit_id: "d-8" }),
      ],
    },
    found: [excess("d-9")],
  },
  {
    it: "is silent where the deposit is void",
    ledger: { rows: [original({ status: "FAILED" }), refund("a", "101")] },
  },
  {
    it: "is not judged where a refund that cannot be read may make it, and counts one that says all that matters",
    ledger: {
      rows: [original(), refund("a", "60"), original({ deposit_id: "d-8", customer_id: "c-2" })],
      customers: ["c-1", "c-2"],
      quarantine: [
        {
          customer: "c-1",
          stream: "crypto_refunds",
          recordId: "q",
          payload: { originalDepositId: "d-9", currency: "EUR" },
        },
        {
          customer: "c-2",
          stream: "crypto_refunds",
          recordId: "r",
          payload: { originalDepositId: "d-8", currency: "EUR", amount: "101", status: "PENDING", fee: "?" },
        },
      ],
    },
    found: [unreadable("q"), unreadable("r"), excess("d-8")],
    unproven: { REFUND_EXCESS: 1 },
  },
  {
    it: "adds up one currency alone",
    ledger: { rows: [original(), refund("a", "60"), refund("b", "60", { currency: "USD" })] },
    found: [misrouted("b")],
  },
  {
    it: "counts what was sent back to another customer",
    ledger: { rows: [original(), refund("a", "60"), refund("b", "60", { customer_id: "c-2" })] },
    found: [excess("d-9"), orphan("b")],
  },
  {
    it: "accepts what the tolerance accepts",
    ledger: { rows: [original(), refund("a", "100.01")] },
    settings: { tolerance: { EUR: { absolute: "0.01" } } },
  },
  {
    it: "does not guess whether a status outside the contract is void",
    ledger: { rows: [original(), refund("a", "60"), refund("b", "60", { status: "?" })] },
    found: [unknown("b")],
    unproven: { LED_AMOUNT_MISMATCH: 1, REFUND_EXCESS: 1 },
  },
  {
    it: "needs no guess where the others exceed already, or all together do not",
    ledger: {
      rows: [
        original(),
        refund("a", "101"),
        refund("b", "60", { status: "?" }),
        product("crypto_deposits", "d-8", { status: "REFUNDED" }),
        refund("c", "60", { original_deposit_id: "d-8", status: "?" }),
      ],
    },
    found: [unknown("b"), unknown("c"), excess("d-9")],
    unproven: { LED_AMOUNT_MISMATCH: 2 },
  },
  {
    it: "finds sums that leave the store's decimals",
    ledger: {
      rows: [original({ amount: most, net_amount: most }), ...["a", "b", "c"].map((id) => refund(id, most))],
    },
    found: [excess("d-9")],
  },
])

describeCases("REFUND_ROUTE", [
  {
    it: "finds a refund in another currency or on another network than its deposit",
    ledger: {
      rows: [
        original(),
        refund("currency", "1", { currency: "USD" }),
        refund("network", "1", { network: "other" }),
        refund("right", "1"),
      ],
    },
    found: [misrouted("currency"), misrouted("network")],
  },
  {
    it: "judges refunds of every status",
    ledger: { rows: [original(), refund("void", "1", { network: "other", status: "REJECTED" })] },
    found: [misrouted("void")],
  },
])

const sent = (id: string, values: Values = {}): ReadonlyArray<LedgerRow> => {
  const record = refund(id, "1", { status: "COMPLETED", completed_at: hoursBefore(9), ...values })
  return [record, postingOf(record)]
}

describeCases("REFUND_STATE", [
  {
    it: "finds a settled refund of a deposit that is void",
    ledger: { rows: [original({ status: "FAILED" }), ...sent("r")] },
    found: [outOfNothing("r")],
  },
  {
    it: "is silent where the refund did not go out, or the deposit came in",
    ledger: {
      rows: [
        original({ status: "FAILED" }),
        refund("open", "1"),
        refund("void", "1", { status: "FAILED" }),
        product("crypto_deposits", "d-8", { amount: "1", net_amount: "1", status: "REFUNDED" }),
        postingOf(product("crypto_deposits", "d-8", { amount: "1", net_amount: "1" })),
        ...sent("right", { original_deposit_id: "d-8" }),
      ],
    },
  },
  {
    it: "is not judged where the deposit's status cannot be read",
    ledger: {
      rows: sent("r"),
      quarantine: [
        {
          customer: "c-1",
          stream: "crypto_deposits",
          recordId: "d-9",
          payload: { currency: "EUR", network: "x", amount: "1" },
        },
      ],
    },
    found: [unreadable("d-9")],
    unproven: { REFUND_ORPHAN: 1, REFUND_STATE: 1 },
  },
])
