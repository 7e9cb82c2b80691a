import { conversion, hoursBefore, type LedgerRow, quoteFor } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

type Values = Readonly<Record<string, string | null>>

const off = (record: string) => ({ code: "CONV_RATE", record, severity: "high" })
const orphan = (record: string) => ({ code: "CONV_QUOTE_MISSING", record, severity: "high" })
const deviating = (record: string) => ({ code: "CONV_QUOTE_DEVIATION", record, severity: "high" })
const expired = (record: string) => ({ code: "CONV_QUOTE_EXPIRED", record, severity: "high" })
const reused = (record: string) => ({ code: "CONV_QUOTE_REUSED", record, severity: "critical" })
const unreadable = (record: string) => ({ code: "REC_INVALID", record, severity: "high" })
const incomplete = (record: string) => ({ code: "COV_INCOMPLETE", record, severity: "critical" })
const unknown = (record: string) => ({ code: "REC_UNKNOWN_STATUS", record, severity: "medium" })

/** A conversion that was undone: nothing is expected of the ledger, and it is not void either. */
const undone = (id: string, values: Values = {}): LedgerRow => conversion(id, { status: "REVERSED", ...values })

const exchange = (id: string, from_amount: string, rate: string, to_amount: string, to_currency = "USD") =>
  undone(id, { from_amount, rate, to_amount, to_currency })

describeCases("CONV_RATE", [
  {
    it: "accepts one unit of the last place and what the rate's last one leaves open, and not a wei more",
    ledger: {
      rows: [
        exchange("unit-more", "100", "1.1", "110.01"),
        exchange("unit-less", "100", "1.1", "109.99"),
        exchange("too-much", "100", "1.1", "110.010000000000000051"),
        exchange("too-little", "100", "1.1", "109.989999999999999949"),
      ],
    },
    found: [off("too-little"), off("too-much")],
  },
  {
    it: "sees what lies beyond the 18th decimal of the product",
    ledger: {
      rows: [
        // 1.000000000000000001 squared is 1.000000000000000002 and 10^-36.
        exchange("exact-bound", "1.000000000000000001", "1.000000000000000000", "0.990000000000000001"),
        exchange("dust-over", "1.000000000000000001", "1.000000000000000001", "0.990000000000000002"),
        exchange("dust-within", "1.000000000000000001", "1.000000000000000001", "1.010000000000000002"),
      ],
    },
    found: [off("dust-over")],
  },
  {
    it: "goes by the places of the currency: 0 for JPY, 6 for USDT, 8 for BTC, 18 for ETH",
    ledger: {
      rows: [
        exchange("jpy", "1", "150.5", "151.5", "JPY"),
        exchange("jpy-off", "1", "150.5", "151.500000000000000001", "JPY"),
        exchange("usdt", "1", "1", "1.000001", "USDT"),
        exchange("usdt-off", "1", "1", "1.0000011", "USDT"),
        exchange("btc", "1", "1", "0.99999999", "BTC"),
        exchange("btc-off", "1", "1", "0.99999998", "BTC"),
        exchange("eth", "1", "1", "1.000000000000000001", "ETH"),
        exchange("eth-off", "1", "1", "1.000000000000000002", "ETH"),
      ],
    },
    found: ["btc-off", "eth-off", "jpy-off", "usdt-off"].map(off),
  },
  {
    it: "has the places and the tolerance that the configuration gives",
    ledger: {
      rows: [
        exchange("xau", "1", "1", "1.001", "XAU"),
        exchange("xau-off", "1", "1", "1.0011", "XAU"),
        exchange("usd", "100", "1", "100.51"),
        exchange("usd-off", "100", "1", "100.52"),
      ],
    },
    settings: { currencyPlaces: { XAU: 3 }, tolerance: { USD: { absolute: "0.5" } } },
    found: [off("usd-off"), off("xau-off")],
  },
  {
    it: "takes basis points of what the rate makes",
    ledger: { rows: [exchange("usd", "1000", "2", "2002.01"), exchange("usd-off", "1000", "2", "2002.02")] },
    settings: { tolerance: { USD: { basisPoints: 10 } } },
    found: [off("usd-off")],
  },
  {
    it: "finds more than a whole unit in a currency whose places are not known, and counts less as unproven",
    ledger: {
      rows: [
        exchange("off", "1", "1", "2.000000000000000001", "XAU"),
        exchange("doubtful", "1", "1", "1.4", "XAU"),
        exchange("exact", "1", "1.4", "1.4", "XAU"),
      ],
    },
    found: [off("off")],
    unproven: { CONV_RATE: 1 },
  },
  {
    it: "does not round, overflow or fail on the largest amounts and rates",
    ledger: {
      rows: [
        exchange("most", "99999999999999999999.999999999999999999", "1", "99999999999999999999.999999999999999999"),
        exchange("beyond", "99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999", "1"),
        exchange("beyond-less", "-99999999999999999999.999999999999999999", "99999999999999999999", "1"),
        exchange("square", "0.000000000000000001", "0.000000000000000001", "0"),
        exchange("least", "99999999999999999999", "0.000000000000000001", "99.999999999999999999"),
        exchange("least-off", "99999999999999999999", "0.000000000000000001", "150.02"),
        exchange("negative", "-100", "1.1", "-110"),
        exchange("negative-off", "-100", "1.1", "110"),
      ],
    },
    found: [
      ...["beyond", "beyond-less", "least-off", "negative-off"].map(off),
      ...["beyond-less", "negative", "negative-off"].map((record) => ({
        code: "REC_ARITHMETIC",
        record,
        severity: "high",
      })),
    ],
  },
  {
    it: "leaves open what the rate as it was written leaves open",
    ledger: {
      rows: [
        undone("open", { from_amount: "1000000", rate: "0.9231", rate_places: "4", to_amount: "923149.99" }),
        undone("exact", { from_amount: "1000000", rate: "0.9231", rate_places: "6", to_amount: "923149.99" }),
        undone("beyond", { from_amount: "1000000", rate: "0.9231", rate_places: "4", to_amount: "923150.02" }),
      ],
    },
    found: [off("beyond"), off("exact")],
  },
  ...(
    [
      ["apart", "110"],
      ["beforeRate", "108.9"],
      ["afterRate", "109"],
    ] as const
  ).map(([conversionFee, right]) => ({
    it: `takes the fee as configured: ${conversionFee}`,
    ledger: {
      rows: ["110", "108.9", "109"].map((to_amount) =>
        undone(to_amount, {
          to_amount,
          fee: "1",
          fee_currency: conversionFee === "afterRate" ? "USD" : "EUR",
        }),
      ),
    },
    settings: { conversionFee },
    found: ["108.9", "109", "110"].filter((made) => made !== right).map(off),
  })),
  {
    it: "judges conversions of every status",
    ledger: { rows: [conversion("void", { status: "FAILED", to_amount: "120" })] },
    found: [off("void")],
  },
])

const unnamed = (id: string, values: Values = {}) => undone(id, { quote_id: "q-9", ...values })

describeCases("CONV_QUOTE_MISSING", [
  { it: "finds a conversion whose quote is nowhere", ledger: { rows: [unnamed("x")] }, found: [orphan("x")] },
  {
    it: "finds one whose quote belongs to another customer, even where its own list was not read",
    ledger: {
      rows: [unnamed("x"), quoteFor(unnamed("x"), { customer_id: "c-2" })],
      coverage: { "c-1/conversion_quotes": "PARTIAL" },
    },
    found: [orphan("x"), incomplete("c-1/conversion_quotes")],
    unproven: { CONV_QUOTE_DEVIATION: 1, CONV_QUOTE_EXPIRED: 1 },
  },
  {
    it: "is silent where the quote is there, whatever its status",
    ledger: { rows: [unnamed("x"), quoteFor(unnamed("x"), { status: "EXPIRED" })] },
  },
  {
    it: "waits for the grace of an hour, counted from createdAt",
    ledger: {
      rows: [0.99, 1].map((hours) =>
        unnamed(`after ${hours}`, { quote_id: `q-${hours}`, created_at: hoursBefore(hours) }),
      ),
    },
    found: [orphan("after 1")],
  },
  {
    it: "is not judged where the customer's quotes were not all read",
    ledger: { rows: [unnamed("x")], coverage: { "c-1/conversion_quotes": "FAILED" } },
    found: [incomplete("c-1/conversion_quotes")],
    unproven: { CONV_QUOTE_DEVIATION: 1, CONV_QUOTE_EXPIRED: 1, CONV_QUOTE_MISSING: 1 },
  },
  {
    it: "is not judged where the product is not enabled, so that the quotes cannot be read",
    ledger: { rows: [unnamed("x")], coverage: { "c-1/conversion_quotes": "NOT_APPLICABLE" } },
    unproven: { CONV_QUOTE_MISSING: 1 },
  },
  {
    it: "is not judged where the quote is in quarantine",
    ledger: {
      rows: [unnamed("x")],
      quarantine: [{ customer: "c-1", stream: "conversion_quotes", recordId: "q-9", payload: {} }],
    },
    found: [unreadable("q-9")],
    unproven: { CONV_QUOTE_DEVIATION: 1, CONV_QUOTE_EXPIRED: 1, CONV_QUOTE_MISSING: 1 },
  },
  {
    it: "is not judged where a quote of the customer without a readable id is in quarantine",
    ledger: {
      rows: [unnamed("x")],
      quarantine: [{ customer: "c-1", stream: "conversion_quotes", recordId: null, payload: {} }],
    },
    found: [unreadable("c-1/conversion_quotes/1/0")],
    unproven: { CONV_QUOTE_MISSING: 1 },
  },
  {
    it: "is found where another quote is in quarantine, or another customer's that cannot be named",
    ledger: {
      rows: [unnamed("x")],
      customers: ["c-1", "c-2"],
      quarantine: [
        { customer: "c-1", stream: "conversion_quotes", recordId: "q-8", payload: {} },
        { customer: "c-2", stream: "conversion_quotes", recordId: null, payload: {} },
      ],
    },
    found: [orphan("x"), unreadable("c-2/conversion_quotes/1/1"), unreadable("q-8")],
  },
])

/** What the API says of a quote for a conversion of the cases. */
const quoted = {
  fromCurrency: "EUR",
  toCurrency: "USD",
  fromAmount: "100",
  toAmount: "110",
  rate: "1.1",
  expiresAt: hoursBefore(-24),
}

describeCases("CONV_QUOTE_DEVIATION", [
  {
    it: "finds a rate that differs in its last decimal, and either currency of the pair",
    ledger: {
      rows: [
        ...["rate", "from", "to"].map((id) => undone(id, { quote_id: `q-${id}` })),
        quoteFor(undone("rate", { quote_id: "q-rate" }), { rate: "1.100000000000000001" }),
        quoteFor(undone("from", { quote_id: "q-from" }), { from_currency: "CHF" }),
        quoteFor(undone("to", { quote_id: "q-to" }), { to_currency: "SGD" }),
      ],
    },
    found: [deviating("from"), deviating("rate"), deviating("to")],
  },
  {
    it: "finds amounts above those that were quoted",
    ledger: {
      rows: [
        unnamed("x"),
        undone("y", { quote_id: "q-8" }),
        quoteFor(unnamed("x"), { from_amount: "99.99" }),
        quoteFor(undone("y", { quote_id: "q-8" }), { to_amount: "109.99" }),
      ],
    },
    found: [deviating("x"), deviating("y")],
  },
  {
    it: "is not judged where the quote cannot be read, but for what can be",
    ledger: {
      rows: ["a", "b", "c"].map((id) => undone(id, { quote_id: `q-${id}` })),
      quarantine: [
        { customer: "c-1", stream: "conversion_quotes", recordId: "q-a", payload: { ...quoted, rate: "a good one" } },
        { customer: "c-1", stream: "conversion_quotes", recordId: "q-b", payload: { ...quoted, rate: "2", fee: "?" } },
        { customer: "c-1", stream: "conversion_quotes", recordId: "q-c", payload: { ...quoted, fee: "?" } },
      ],
    },
    found: [deviating("b"), ...["q-a", "q-b", "q-c"].map(unreadable)],
    unproven: { CONV_QUOTE_DEVIATION: 1, CONV_QUOTE_MISSING: 3 },
  },
  {
    it: "finds a fee above the one that was quoted, or in a currency in which none was",
    ledger: {
      rows: [
        ...["more", "elsewhere", "less", "none"].map((id) =>
          undone(id, { quote_id: `q-${id}`, fee: id === "none" ? "0" : "1.5" }),
        ),
        quoteFor(undone("more", { quote_id: "q-more" }), { fee: "1.499999999999999999" }),
        quoteFor(undone("elsewhere", { quote_id: "q-elsewhere" }), { fee: "9", fee_currency: "USD" }),
        quoteFor(undone("less", { quote_id: "q-less" }), { fee: "1.51" }),
        quoteFor(undone("none", { quote_id: "q-none" }), { fee: "3", fee_currency: "USD" }),
      ],
    },
    found: [deviating("elsewhere"), deviating("more")],
  },
  {
    it: "leaves a fee open where the quoted one cannot be read, unless none is charged",
    ledger: {
      rows: ["a", "b"].map((id) => undone(id, { quote_id: `q-${id}`, fee: id === "a" ? "1" : "0" })),
      quarantine: ["q-a", "q-b"].map((recordId) => ({
        customer: "c-1",
        stream: "conversion_quotes",
        recordId,
        payload: { ...quoted, quoteId: recordId, fee: "?", feeCurrency: "EUR" },
      })),
    },
    found: ["q-a", "q-b"].map(unreadable),
    unproven: { CONV_QUOTE_DEVIATION: 1, CONV_QUOTE_MISSING: 2 },
  },
  {
    it: "is silent on less and a smaller fee at the rate that was quoted",
    ledger: {
      rows: [
        unnamed("x"),
        quoteFor(unnamed("x"), { from_amount: "500", to_amount: "550", fee: "3", fee_currency: "USD" }),
      ],
    },
  },
  {
    it: "compares with no quote of another customer",
    ledger: { rows: [unnamed("x"), quoteFor(unnamed("x"), { customer_id: "c-2", rate: "2" })] },
    found: [orphan("x")],
  },
])

const quotedUntil = (id: string, created: string, expires: string): ReadonlyArray<LedgerRow> => {
  const record = undone(id, { quote_id: `q-${id}`, created_at: created })
  return [record, quoteFor(record, { expires_at: expires })]
}

describeCases("CONV_QUOTE_EXPIRED", [
  {
    it: "finds a conversion that was created after its quote's last instant",
    ledger: {
      rows: [
        ...quotedUntil("at", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ...quotedUntil("after", "2026-03-01T00:00:00.000001Z", "2026-03-01T00:00:00Z"),
        ...quotedUntil("elsewhere", "2026-03-01T01:00:00+02:00", "2026-02-28T23:30:00Z"),
      ],
    },
    found: [expired("after")],
  },
  {
    it: "judges conversions of every status",
    ledger: {
      rows: [
        conversion("x", { status: "FAILED", quote_id: "q" }),
        quoteFor(unnamed("x", { quote_id: "q" }), { expires_at: hoursBefore(121) }),
      ],
    },
    found: [expired("x")],
  },
])

const taking = (id: string, hours: number, values: Values = {}) =>
  unnamed(id, { created_at: hoursBefore(hours), ...values })
const shared = quoteFor(unnamed("x"))

describeCases("CONV_QUOTE_REUSED", [
  {
    it: "finds every conversion after the first that took a quote",
    ledger: { rows: [shared, taking("c", 120), taking("a", 119), taking("b", 118)] },
    found: [reused("a"), reused("b")],
  },
  {
    it: "does not count void conversions",
    ledger: {
      rows: [
        shared,
        taking("a", 120, { status: "FAILED" }),
        taking("b", 119),
        taking("c", 118, { status: "CANCELLED" }),
      ],
    },
  },
  {
    it: "finds it where the quote is nowhere, or the other one's customer is another",
    ledger: { rows: [taking("a", 120), taking("b", 119, { customer_id: "c-2" })] },
    found: [orphan("a"), orphan("b"), reused("b")],
  },
  {
    it: "does not guess whether a status outside the contract is void",
    ledger: { rows: [shared, taking("a", 120), taking("b", 119, { status: "?" })] },
    found: [unknown("b")],
    unproven: { CONV_QUOTE_REUSED: 1, LED_AMOUNT_MISMATCH: 2 },
  },
  {
    it: "is found where the conversion of an unknown status is a third one",
    ledger: { rows: [shared, taking("a", 120), taking("b", 119, { status: "?" }), taking("c", 118)] },
    found: [reused("c"), unknown("b")],
    unproven: { CONV_QUOTE_REUSED: 1, LED_AMOUNT_MISMATCH: 2 },
  },
])
