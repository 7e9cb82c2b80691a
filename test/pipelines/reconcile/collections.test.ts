import { hoursBefore, type LedgerRow, postingOf, product, row } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

type Values = Readonly<Record<string, string | null>>

const orphan = (record: string) => ({ code: "COLL_CHECKOUT_MISSING", record, severity: "high" })
const differing = (record: string) => ({ code: "COLL_CHECKOUT_TOTAL", record, severity: "high" })
const misstated = (record: string) => ({ code: "COLL_STATUS", record, severity: "high" })
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
    status: "CLOSED",
    expires_at: hoursBefore(50),
    ...values,
  })

const payment = (id: string, amount: string, values: Values = {}): LedgerRow =>
  product("collection_payments", id, { checkout_id: "k-1", amount, net_amount: amount, ...values })

const settled = (id: string, amount: string, values: Values = {}): ReadonlyArray<LedgerRow> => {
  const record = payment(id, amount, values)
  return [record, postingOf(record)]
}

/** A checkout of 100 of that status, with a payment that makes what it says. */
const standing = (status: string, paid: string, values: Values = {}): ReadonlyArray<LedgerRow> => {
  const checkout_id = `${status} ${paid}`
  return [
    checkout(paid, { checkout_id, status, ...values }),
    ...(paid === "0" ? [] : settled(`p ${checkout_id}`, paid, { checkout_id, created_at: hoursBefore(100) })),
  ]
}

const most = "99999999999999999999.999999999999999999"

describeCases("COLL_CHECKOUT_MISSING", [
  { it: "finds a payment whose checkout is nowhere", ledger: { rows: [...settled("a", "60")] }, found: [orphan("a")] },
  {
    it: "finds one whose checkout belongs to another customer, even where its own list was not read",
    ledger: {
      rows: [...settled("a", "60"), checkout("0", { customer_id: "c-2" })],
      coverage: { "c-1/checkouts": "PARTIAL" },
    },
    found: [orphan("a"), incomplete("c-1/checkouts")],
  },
  {
    it: "is silent about a payment that FAILED, one that names no checkout, and one whose checkout is there",
    ledger: {
      rows: [
        payment("a", "60", { status: "FAILED" }),
        ...settled("b", "60", { checkout_id: null }),
        checkout("60", { checkout_id: "k-2" }),
        ...settled("c", "60", { checkout_id: "k-2", created_at: hoursBefore(100) }),
      ],
    },
  },
  {
    it: "waits for the grace of an hour, counted from createdAt",
    ledger: {
      rows: [0.99, 1].map((hours) =>
        payment(`after ${hours}`, "60", { status: "PENDING", created_at: hoursBefore(hours) }),
      ),
    },
    found: [orphan("after 1")],
  },
  {
    it: "is not judged where the checkouts were not all read, or one that cannot be read is the one, or could be",
    ledger: { rows: [...settled("a", "60")], coverage: { "c-1/checkouts": "FAILED" } },
    found: [incomplete("c-1/checkouts")],
    unproven: { COLL_CHECKOUT_MISSING: 1, COLL_AFTER_EXPIRY: 1 },
  },
  {
    it: "is silent on a first night about what is older than 90 days, but not about another customer's checkout",
    ledger: {
      rows: [
        ...settled("a", "60", { created_at: hoursBefore(24 * 91) }),
        ...settled("b", "60", { checkout_id: "k-2", created_at: hoursBefore(24 * 91) }),
        checkout("60", { checkout_id: "k-2", customer_id: "c-2", expires_at: null }),
      ],
    },
    // The checkout of the other customer says that it was paid, and that customer got nothing.
    found: [orphan("b"), differing("k-2")],
  },
  {
    it: "is one case of a customer where more than a fifth of at least 20 payments name checkouts that are not listed",
    ledger: {
      rows: [
        checkout("15", { expires_at: null }),
        ...Array.from({ length: 15 }, (_, nth) => settled(`a ${nth}`, "1")).flat(),
        ...Array.from({ length: 5 }, (_, nth) => settled(`b ${nth}`, "1", { checkout_id: `q-${nth}` })).flat(),
      ],
    },
    unproven: { COLL_CHECKOUT_MISSING: 1 },
  },
  ...["k-1", null].map((recordId) => ({
    it: `is not judged where a checkout cannot be read and ${recordId === null ? "has no readable id" : "is the one"}`,
    ledger: {
      rows: [...settled("a", "60")],
      quarantine: [{ customer: "c-1", stream: "checkouts", recordId, payload: {} } as const],
    },
    found: [unreadable(recordId ?? "c-1/checkouts/1/0")],
    unproven: { COLL_CHECKOUT_MISSING: 1 },
  })),
])

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
    it: "counts settled payments, and those that were undone or not",
    ledger: {
      rows: [
        ...["60", "100"].flatMap((paid) => {
          const checkout_id = `k-${paid}`
          return [
            checkout(paid, { checkout_id }),
            ...settled(`a-${paid}`, "60", { checkout_id }),
            ...["FAILED", "REVERSED"].map((status) => payment(`${status} ${paid}`, "40", { status, checkout_id })),
          ]
        }),
        checkout("99", { checkout_id: "k-3" }),
        ...settled("c", "60", { checkout_id: "k-3" }),
        payment("d", "40", { status: "REVERSED", checkout_id: "k-3" }),
      ],
    },
    found: [differing("k-3")],
  },
  {
    it: "does not compare what was paid in another currency, and finds what is missing all the same",
    ledger: {
      rows: [
        checkout("100"),
        ...settled("a", "100.05", { currency: "USD" }),
        checkout("50", { checkout_id: "k-2" }),
        ...settled("b", "60", { checkout_id: "k-2" }),
        ...settled("c", "1", { currency: "USD", checkout_id: "k-2" }),
      ],
    },
    found: [differing("k-2")],
    unproven: { COLL_CHECKOUT_TOTAL: 1 },
  },
  {
    it: "is silent on what was paid in another currency where the configuration says so",
    ledger: { rows: [checkout("100"), ...settled("a", "100.05", { currency: "USD" })] },
    settings: { checkouts: "notCompared" },
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
    it: "counts one that cannot be read and says all that matters, and passes over one that names no checkout",
    ledger: {
      rows: [checkout("40"), checkout("1", { checkout_id: "k-2" })],
      quarantine: [
        {
          customer: "c-1",
          stream: "collection_payments",
          recordId: "p-8",
          payload: { checkoutId: "k-1", status: "COMPLETED", currency: "EUR", amount: "40", fee: "?" },
        },
        { customer: "c-1", stream: "collection_payments", recordId: "p-9", payload: { amount: "?" } },
      ],
    },
    found: [differing("k-2"), unreadable("p-8"), unreadable("p-9")],
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
      rows: [checkout("50"), ...settled("p-9", "40")],
      quarantine: [{ customer: "c-1", stream: "collection_payments", recordId: "p-9", payload: { checkoutId: "k-2" } }],
    },
    found: [unreadable("p-9")],
    unproven: { COLL_CHECKOUT_TOTAL: 1 },
  },
  {
    it: "does not guess whether a payment of a status outside the contract has settled",
    ledger: { rows: [checkout("1"), payment("p", "40", { status: "?" })] },
    found: [unknown("p")],
    unproven: { COLL_CHECKOUT_TOTAL: 1, LED_AMOUNT_MISMATCH: 1 },
  },
])

describeCases("COLL_STATUS", [
  {
    it: "finds statuses that what was paid does not bear out",
    ledger: {
      rows: (
        [
          ["PAID", "99.99"],
          ["OPEN", "100"],
          ["PARTIALLY_PAID", "0"],
          ["PARTIALLY_PAID", "100"],
          ["EXPIRED", "100"],
        ] as const
      ).flatMap(([status, paid]) => standing(status, paid)),
    },
    found: ["EXPIRED 100", "OPEN 100", "PAID 99.99", "PARTIALLY_PAID 0", "PARTIALLY_PAID 100"].map(misstated),
  },
  {
    it: "is silent where they do, and for an hour after the checkout changed",
    ledger: {
      rows: [
        ...standing("PAID", "100"),
        ...standing("PAID", "120"),
        ...standing("OPEN", "0"),
        ...standing("PARTIALLY_PAID", "60"),
        ...standing("EXPIRED", "60"),
        ...standing("CLOSED", "60"),
        ...standing("PAID", "60", { updated_at: hoursBefore(0.9) }),
      ],
    },
  },
])

describeCases("COLL_AFTER_EXPIRY", [
  {
    it: "is not judged where the checkout cannot be read, but for one whose expiresAt can",
    ledger: {
      rows: [
        ...settled("a", "1"),
        ...settled("b", "1", { checkout_id: "k-2" }),
        ...settled("c", "1", { checkout_id: "k-3" }),
      ],
      quarantine: [
        { customer: "c-1", stream: "checkouts", recordId: "k-1", payload: { expiresAt: "soon" } },
        { customer: "c-1", stream: "checkouts", recordId: "k-2", payload: { expiresAt: hoursBefore(121) } },
        { customer: "c-1", stream: "checkouts", recordId: "k-3", payload: { expiresAt: null } },
      ],
    },
    found: [late("b"), ...["k-1", "k-2", "k-3"].map(unreadable)],
    unproven: { COLL_AFTER_EXPIRY: 1, COLL_CHECKOUT_MISSING: 3 },
  },
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
