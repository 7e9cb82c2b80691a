import { balance, hoursBefore, transaction } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const found = (code: string, severity: string, record = "c-1/EUR") => ({ code, record, severity })
const credit = (id: string, amount: string, values = {}) => transaction(id, { amount, net_amount: amount, ...values })
const debit = (id: string, amount: string, values = {}) => credit(id, amount, { direction: "DEBIT", ...values })
const unreadable = (payload: unknown) => [
  { customer: "c-1", stream: "transactions" as const, recordId: "t-q", payload },
]
const partial = { "c-1/transactions": "PARTIAL" as const }
const incomplete = found("COV_INCOMPLETE", "critical", "c-1/transactions")

describeCases("BAL_COMPONENTS and BAL_NEGATIVE", [
  {
    it: "find nothing where available and held make the total",
    ledger: { rows: [credit("t", "100")], balances: [balance("EUR", "100", { available: "60", held: "40" })] },
  },
  {
    it: "find a total that is not available + held",
    ledger: {
      rows: [credit("t", "100")],
      balances: [balance("EUR", "100", { available: "60", held: "39.999999999999999999" })],
    },
    found: [found("BAL_COMPONENTS", "high")],
  },
  {
    it: "find a total or an available amount below zero",
    ledger: {
      rows: [debit("t-1", "5"), credit("t-2", "5", { currency: "USD" })],
      balances: [balance("EUR", "-5"), balance("USD", "5", { available: "-1", held: "6" })],
    },
    found: [found("BAL_NEGATIVE", "high"), found("BAL_NEGATIVE", "high", "c-1/USD")],
  },
  {
    it: "find nothing at zero",
    ledger: { rows: [], balances: [balance("EUR", "0")] },
  },
])

describeCases("BAL_INCEPTION", [
  {
    it: "adds credits and takes off debits",
    ledger: { rows: [credit("a", "100.25"), debit("b", "40.05")], balances: [balance("EUR", "60.2")] },
  },
  {
    it: "finds a total that the posted transactions do not make",
    ledger: { rows: [credit("a", "100")], balances: [balance("EUR", "100.000000000000000001")] },
    found: [found("BAL_INCEPTION", "critical")],
  },
  {
    it: "finds a balance that no transaction explains",
    ledger: { rows: [], balances: [balance("EUR", "1")] },
    found: [found("BAL_INCEPTION", "critical")],
  },
  {
    it: "counts net amounts, not gross ones",
    ledger: {
      rows: [transaction("a", { amount: "100", fee: "1", net_amount: "99" })],
      balances: [balance("EUR", "99")],
    },
  },
  {
    it: "counts a reversed transaction as posted, its reversal being one of its own",
    ledger: {
      rows: [credit("a", "100", { status: "REVERSED" }), debit("b", "100"), credit("c", "7")],
      balances: [balance("EUR", "7")],
    },
  },
  {
    it: "does not count what is open, failed or of unknown status",
    ledger: {
      rows: [
        credit("a", "7"),
        credit("b", "1", { status: "PENDING", created_at: hoursBefore(1) }),
        credit("c", "2", { status: "FAILED" }),
      ],
      balances: [balance("EUR", "7")],
    },
  },
  {
    it: "counts what was posted up to asOf, that instant included, and nothing later",
    ledger: {
      rows: [
        credit("at", "10", { posted_at: hoursBefore(1) }),
        credit("later", "90", { posted_at: hoursBefore(0.999) }),
      ],
      balances: [balance("EUR", "10", { as_of: hoursBefore(1) })],
    },
  },
  {
    it: "keeps customers and currencies apart",
    ledger: {
      rows: [credit("a", "1"), credit("b", "2", { currency: "USD" }), credit("c", "3", { customer_id: "c-2" })],
      balances: [balance("EUR", "1"), balance("USD", "2"), balance("EUR", "3", { customer_id: "c-2" })],
    },
  },
  {
    it: "sums the networks of a currency",
    ledger: {
      rows: [credit("a", "30", { currency: "USDC", network: "ethereum" }), debit("b", "5", { currency: "USDC" })],
      balances: [balance("USDC", "20", { network: "ethereum" }), balance("USDC", "5", { network: "solana" })],
    },
  },
  {
    it: "finds a difference in the sum of the networks",
    ledger: {
      rows: [credit("a", "30", { currency: "USDC" })],
      balances: [balance("USDC", "20", { network: "ethereum" }), balance("USDC", "5", { network: "solana" })],
    },
    found: [found("BAL_INCEPTION", "critical", "c-1/USDC")],
  },
  {
    it: "is not judged where the networks of a currency were read as of different instants",
    ledger: {
      rows: [credit("a", "30", { currency: "USDC" })],
      balances: [
        balance("USDC", "20", { network: "ethereum" }),
        balance("USDC", "5", { network: "solana", as_of: hoursBefore(0.9) }),
      ],
    },
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "is not judged where the customer's transactions were not all read",
    ledger: { rows: [], balances: [balance("EUR", "1")], coverage: partial },
    found: [incomplete],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "is not judged in the currency of a quarantined transaction, and is judged in others",
    ledger: {
      rows: [],
      balances: [balance("EUR", "1"), balance("USD", "1")],
      quarantine: unreadable({ currency: "EUR", resourceId: "x" }),
    },
    found: [found("BAL_INCEPTION", "critical", "c-1/USD"), found("REC_INVALID", "high", "t-q")],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "is not judged in any currency where the quarantined transaction's cannot be read",
    ledger: {
      rows: [],
      balances: [balance("EUR", "1"), balance("USD", "1"), balance("EUR", "1", { customer_id: "c-2" })],
      quarantine: unreadable({ resourceId: "x" }),
    },
    found: [found("BAL_INCEPTION", "critical", "c-2/EUR"), found("REC_INVALID", "high", "t-q")],
    unproven: { BAL_INCEPTION: 2 },
  },
  {
    it: "is not judged where one network's balance is in quarantine, so that the total is not known",
    ledger: {
      rows: [credit("a", "30", { currency: "USDC" })],
      balances: [balance("USDC", "20", { network: "ethereum" })],
      quarantine: [
        {
          customer: "c-1",
          stream: "balances",
          recordId: "c-1/USDC/solana",
          payload: { currency: "USDC", network: "solana" },
        },
      ],
    },
    found: [found("REC_INVALID", "high", "c-1/USDC/solana")],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "is not judged where the balances were not all read, so that a network may be missing from the total",
    ledger: {
      rows: [credit("a", "30", { currency: "USDC" })],
      balances: [balance("USDC", "20", { network: "ethereum" })],
      coverage: { "c-1/balances": "PARTIAL" },
    },
    found: [found("COV_INCOMPLETE", "critical", "c-1/balances")],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "accepts a difference up to the absolute tolerance of the currency, and no more",
    ledger: {
      rows: [credit("a", "100"), credit("b", "100", { currency: "USD" })],
      balances: [balance("EUR", "100.5"), balance("USD", "99.499999999999999999")],
    },
    settings: { tolerance: { EUR: { absolute: "0.5" }, USD: { absolute: "0.5" } } },
    found: [found("BAL_INCEPTION", "critical", "c-1/USD")],
  },
  {
    it: "accepts a difference up to the basis points of the expected amount",
    ledger: { rows: [credit("a", "100")], balances: [balance("EUR", "100.01")] },
    settings: { tolerance: { EUR: { basisPoints: 1 } } },
  },
])

describeCases("BAL_UNSTATED", [
  {
    it: "finds posted transactions in a currency without a balance row",
    ledger: { rows: [credit("a", "1")], balances: [] },
    found: [found("BAL_UNSTATED", "high")],
  },
  {
    it: "is silent where they sum to zero, or none is posted",
    ledger: {
      rows: [
        credit("a", "1"),
        debit("b", "1"),
        credit("c", "1", { currency: "USD", status: "PENDING", created_at: hoursBefore(1) }),
      ],
      balances: [],
    },
  },
  {
    it: "is not judged where the balances were not all read",
    ledger: { rows: [credit("a", "1")], balances: [], coverage: { "c-1/balances": "FAILED" } },
    found: [found("COV_INCOMPLETE", "critical", "c-1/balances")],
    unproven: { BAL_UNSTATED: 1 },
  },
  {
    it: "is not judged where a balance is in quarantine",
    ledger: {
      rows: [credit("a", "1")],
      balances: [],
      quarantine: [{ customer: "c-1", stream: "balances", recordId: null, payload: {} }],
    },
    found: [found("REC_INVALID", "high", "c-1/balances/1/0")],
    unproven: { BAL_UNSTATED: 1 },
  },
  {
    it: "is not judged where the transactions were not all read, or one of that currency is unreadable",
    ledger: {
      rows: [credit("a", "1"), credit("b", "1", { customer_id: "c-2" })],
      balances: [],
      coverage: { "c-2/transactions": "PARTIAL" },
      quarantine: unreadable({ currency: "EUR" }),
    },
    found: [found("COV_INCOMPLETE", "critical", "c-2/transactions"), found("REC_INVALID", "high", "t-q")],
    unproven: { BAL_UNSTATED: 2 },
  },
])
