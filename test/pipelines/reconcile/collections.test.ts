import { hoursBefore, type LedgerRow, postingOf, product, row } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

type Values = Readonly<Record<string, string | null>>

const differing = (record: string) => ({ code: "COLL_CHECKOUT_TOTAL", record, severity: "high" })
const late = (record: string) => ({ code: "COLL_AFTER_EXPIRY", record, severity: "medium" })
const unreadable = (record: string) => ({ code: "REC_INVALID", record, severity: "high" })
const incomplete = (record: string) => ({ code: "COV_INCOMPLETE", record, severity: "critical" })
const unknown = (record: string) => ({ code: "REC_UNKNOWN_STATUS", record, severity: "medium" })

const checkout = (paid: string, values: Values = {}): LedgerRow =>
  row("checkouts", {
    checkout_id: "k-1",
    customer_id: "c-1",
    currency: "EUR",
    amount: "100",
    paid_amount: paid,
    status: "OPEN",
    expires_at: hoursBefore(50),
    ...values,
  })

const payment = (id: string, amount: string, values: Values = {}): LedgerRow =>
  product("collection_payments", id, { checkout_id: "k-1", amount, net_amount: amount, ...values })

const settled = (id: string, amount: string, values: Values = {}): ReadonlyArray<LedgerRow> => {
  const record = payment(id, amount, values)
  return [record, postingOf(record)]
}

const most = "99999999999999999999.999999999999999999"

describeCases("COLL_CHECKOUT_TOTAL", [
  {
    it: "finds a paidAmount that is a wei off the sum of the settled payments",
    ledger: { rows: [checkout("100.000000000000000001"), ...settled("a", "60"), ...settled("b", "40")] },
    found: [differing("k-1")],
  },
  {
    it: "is silent where they agree",
    ledger: { rows: [checkout("100"), ...settled("a", "60"), ...settled("b", "40")] },
  },
  {
    it: "compares with nothing where there is no payment",
    ledger: { rows: [checkout("1"), checkout("0", { checkout_id: "k-2" })] },
    found: [differing("k-1")],
  },
  {
    it: "counts settled payments in the checkout's currency alone",
    ledger: {
      rows: [
        checkout("60"),
        ...settled("a", "60"),
        ...settled("b", "40", { currency: "USD" }),
        ...["FAILED", "REVERSED"].map((status) => payment(status, "40", { status })),
      ],
    },
  },
  {
    it: "does not count open payments",
    ledger: {
      rows: [
        checkout("0", { expires_at: null }),
        payment("p", "40", { status: "PENDING", created_at: hoursBefore(20) }),
      ],
    },
  },
  {
    it: "waits for the grace of an hour after the checkout's or a payment's last change",
    ledger: {
      rows: [
        checkout("100", { updated_at: hoursBefore(0.9) }),
        checkout("100", { checkout_id: "k-2" }),
        ...settled("b", "1", { checkout_id: "k-2", completed_at: hoursBefore(0.9) }),
        checkout("100", { checkout_id: "k-3", updated_at: hoursBefore(1) }),
      ],
    },
    found: [differing("k-3")],
  },
  {
    it: "accepts what the tolerance accepts",
    ledger: { rows: [checkout("100"), ...settled("a", "99.99")] },
    settings: { checks: { COLL_CHECKOUT_TOTAL: { tolerance: { EUR: { absolute: "0.01" } } } } },
  },
  {
    it: "finds sums that leave the store's decimals",
    ledger: {
      rows: [checkout(most), ...["a", "b", "c"].flatMap((id) => settled(id, most))],
    },
    found: [differing("k-1")],
  },
  {
    it: "is not judged where the customer's payments were not all read",
    ledger: { rows: [checkout("1")], coverage: { "c-1/collection_payments": "PARTIAL" } },
    found: [incomplete("c-1/collection_payments")],
    unproven: { COLL_CHECKOUT_TOTAL: 1 },
  },
  {
    it: "is not judged where a payment in quarantine names the checkout",
    ledger: {
      rows: [checkout("1"), checkout("1", { checkout_id: "k-2" })],
      quarantine: [{ customer: "c-1", stream: "collection_payments", recordId: "p-9", payload: { checkoutId: "k-1" } }],
    },
    found: [differing("k-2"), unreadable("p-9")],
    unproven: { COLL_CHECKOUT_TOTAL: 1 },
  },
  {
    it: "reads which checkout that is by the name that the configuration gives",
    ledger: {
      rows: [checkout("1"), checkout("1", { checkout_id: "k-2" })],
      quarantine: [{ customer: "c-1", stream: "collection_payments", recordId: "p-9", payload: { sale: "k-1" } }],
    },
    settings: { contract: { streams: { collection_payments: { fields: { checkout_id: "sale" } } } } },
    found: [differing("k-2"), unreadable("p-9")],
    unproven: { COLL_CHECKOUT_TOTAL: 1 },
  },
  {
    it: "judges none of the customer's checkouts where a payment in quarantine names none that can be read",
    ledger: {
      rows: [
        checkout("1"),
        checkout("1", { checkout_id: "k-2" }),
        checkout("1", { checkout_id: "k-3", customer_id: "c-2" }),
      ],
      quarantine: [{ customer: "c-1", stream: "collection_payments", recordId: "p-9", payload: "not an object" }],
    },
    found: [differing("k-3"), unreadable("p-9")],
    unproven: { COLL_CHECKOUT_TOTAL: 2 },
  },
  {
    it: "is not judged where a payment that was read before is in quarantine now, whatever it names",
    ledger: {
      rows: [checkout("1"), ...settled("p-9", "40")],
      quarantine: [{ customer: "c-1", stream: "collection_payments", recordId: "p-9", payload: { checkoutId: "k-2" } }],
    },
    found: [unreadable("p-9")],
    unproven: { COLL_CHECKOUT_TOTAL: 1 },
  },
  {
    it: "does not guess whether a payment of a status outside the contract has settled",
    ledger: { rows: [checkout("1"), payment("p", "40", { status: "?" })] },
    found: [unknown("p")],
    unproven: { COLL_CHECKOUT_TOTAL: 1 },
  },
])

describeCases("COLL_AFTER_EXPIRY", [
  {
    it: "finds a payment that was created after its checkout's last instant",
    ledger: {
      rows: [
        checkout("3", { expires_at: "2026-03-06T12:00:00Z" }),
        ...settled("at", "1", { created_at: "2026-03-06T12:00:00Z" }),
        ...settled("after", "1", { created_at: "2026-03-06T12:00:00.000001Z" }),
        ...settled("elsewhere", "1", { created_at: "2026-03-06T20:00:00+08:00" }),
      ],
    },
    found: [late("after")],
  },
  {
    it: "judges payments of every status",
    ledger: { rows: [checkout("0", { expires_at: hoursBefore(121) }), payment("void", "1", { status: "FAILED" })] },
    found: [late("void")],
  },
  {
    it: "is silent where the checkout never expires, or the payment has none",
    ledger: {
      rows: [checkout("1", { expires_at: null }), ...settled("a", "1"), ...settled("b", "1", { checkout_id: null })],
    },
  },
])
