import { balance, hoursBefore, transaction } from "../../support/ledger-case.ts"
import { describeCases } from "../../support/ledger-cases.ts"

const found = (code: string, severity: string, record = "c-1/EUR") => ({ code, record, severity })
/** A fee, which names no record by right. */
const fee = (id: string, values = {}) => transaction(id, { type: "FEE", reference: id, ...values })
const credit = (id: string, amount: string, values = {}) => fee(id, { amount, net_amount: amount, ...values })
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
      rows: [fee("a", { amount: "100", fee: "1", net_amount: "99" })],
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
    unproven: { BAL_UNSTATED: 1 },
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
    unproven: { BAL_UNSTATED: 1 },
  },
])

const refused = (payload: unknown) => [{ customer: "c-1", stream: "transactions" as const, recordId: "t-q", payload }]
const invalid = found("REC_INVALID", "high", "t-q")
const unclear = { transactionId: "t-q", customerId: "c-1", currency: "EUR", direction: "CREDIT", status: "COMPLETED" }
const ledger = { rows: [credit("a", "100")], balances: [balance("EUR", "100")] }

describeCases("a transaction that cannot be read leaves a sum unproven only if it may be in it:", [
  {
    it: "not one that is not posted",
    ledger: { ...ledger, quarantine: refused({ ...unclear, status: "PENDING" }) },
    found: [invalid],
  },
  {
    it: "not one that was posted after the balance",
    ledger: { ...ledger, quarantine: refused({ ...unclear, postedAt: hoursBefore(0.5) }) },
    found: [invalid],
  },
  {
    it: "not one that moved nothing",
    ledger: { ...ledger, quarantine: refused({ ...unclear, netAmount: "0.00" }) },
    found: [invalid],
  },
  {
    it: "but one of a currency of which nothing else is known",
    ledger: { ...ledger, quarantine: refused({ ...unclear, currency: "USD" }) },
    found: [invalid],
    unproven: { BAL_UNSTATED: 1 },
  },
  {
    it: "but one whose currency cannot be read, of the balances that are there",
    ledger: { ...ledger, quarantine: refused({ ...unclear, currency: {} }) },
    found: [invalid],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "not one that would make the balance tie as little as leaving it out does",
    ledger: {
      ...ledger,
      balances: [balance("EUR", "107")],
      quarantine: refused({ ...unclear, currency: {}, netAmount: "5.00" }),
    },
    found: [found("BAL_INCEPTION", "critical", "c-1/EUR"), invalid],
  },
  {
    it: "but one that would make it tie",
    ledger: {
      ...ledger,
      balances: [balance("EUR", "95")],
      quarantine: refused({ ...unclear, currency: {}, direction: "DEBIT", netAmount: "5.00" }),
    },
    found: [invalid],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "but one that may have been posted before",
    ledger: { ...ledger, quarantine: refused({ ...unclear, postedAt: hoursBefore(30) }) },
    found: [invalid],
    unproven: { BAL_INCEPTION: 1 },
  },
])

describeCases("a balance that cannot be read", [
  {
    it: "leaves its own currency unproven, and no other",
    ledger: {
      rows: [credit("a", "100"), credit("b", "1", { currency: "USD" })],
      balances: [balance("USD", "2")],
      quarantine: [{ customer: "c-1", stream: "balances", recordId: "c-1/EUR", payload: { currency: "EUR" } }],
    },
    found: [found("BAL_INCEPTION", "critical", "c-1/USD"), found("REC_INVALID", "high", "c-1/EUR")],
    unproven: { BAL_UNSTATED: 1 },
  },
])

const usdc = (id: string, amount: string, network: string | null, values = {}) =>
  credit(id, amount, { currency: "USDC", network, ...values })
const row = (total: string, network: string | null, values = {}) => balance("USDC", total, { network, ...values })
const onNetwork = (code: string, severity: string, leg: string) => ({ code, record: "c-1/USDC", severity, leg })

describeCases("networks of a currency", [
  {
    it: "are judged each by itself where rows and transactions state them, so that nothing cancels out",
    ledger: {
      rows: [usdc("a", "30", "ETHEREUM"), usdc("b", "5", "SOLANA")],
      balances: [row("29", "ETHEREUM"), row("6", "SOLANA")],
    },
    found: [onNetwork("BAL_INCEPTION", "critical", "ETHEREUM"), onNetwork("BAL_INCEPTION", "critical", "SOLANA")],
  },
  {
    it: "are judged each at its own instant",
    ledger: {
      rows: [
        usdc("a", "30", "ETHEREUM"),
        usdc("b", "5", "SOLANA"),
        usdc("c", "2", "SOLANA", { posted_at: hoursBefore(0.95) }),
      ],
      balances: [row("30", "ETHEREUM", { as_of: hoursBefore(0.9) }), row("5", "SOLANA")],
    },
  },
  {
    it: "are summed where a transaction states none",
    ledger: {
      rows: [usdc("a", "30", "ETHEREUM"), usdc("b", "5", null)],
      balances: [row("20", "ETHEREUM"), row("15", "SOLANA")],
    },
  },
  {
    it: "are not summed because of a transaction that came after them",
    ledger: {
      rows: [usdc("a", "30", "ETHEREUM"), usdc("b", "5", null, { posted_at: hoursBefore(0.5) })],
      balances: [row("30", "ETHEREUM"), row("0", "SOLANA")],
    },
  },
  {
    it: "are found different in their sum",
    ledger: { rows: [usdc("a", "30", null)], balances: [row("20", "ETHEREUM"), row("5", "SOLANA")] },
    found: [found("BAL_INCEPTION", "critical", "c-1/USDC")],
  },
  {
    it: "agree in their sum where what was posted between their instants makes them tie, counted or not",
    ledger: {
      rows: [usdc("a", "30", null), usdc("b", "2", null, { posted_at: hoursBefore(0.95) })],
      balances: [row("25", "ETHEREUM"), row("5", "SOLANA", { as_of: hoursBefore(0.9) })],
    },
  },
  {
    it: "are unproven in their sum where it ties neither way",
    ledger: {
      rows: [usdc("a", "30", null), usdc("b", "2", null, { posted_at: hoursBefore(0.95) })],
      balances: [row("25", "ETHEREUM"), row("6", "SOLANA", { as_of: hoursBefore(0.9) })],
    },
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "have their total in a row without network, if it is equal",
    ledger: {
      rows: [usdc("a", "30", "ETHEREUM"), usdc("b", "5", "SOLANA")],
      balances: [row("30", "ETHEREUM"), row("5", "SOLANA"), row("35", null)],
    },
  },
  {
    it: "have their components and what is negative judged row by row",
    ledger: {
      rows: [usdc("a", "30", null)],
      balances: [row("70", "ETHEREUM", { available: "75" }), row("-40", "SOLANA", { available: "-45", held: "5" })],
    },
    found: [onNetwork("BAL_COMPONENTS", "high", "ETHEREUM"), onNetwork("BAL_NEGATIVE", "high", "SOLANA")],
  },
  {
    it: "lack a row, each by itself",
    ledger: { rows: [usdc("a", "30", "ETHEREUM"), usdc("b", "5", "SOLANA")], balances: [row("30", "ETHEREUM")] },
    found: [onNetwork("BAL_UNSTATED", "high", "SOLANA")],
  },
])

const early = { posted_at: hoursBefore(200) }

describeCases("BAL_STALE", [
  {
    it: "finds a balance that is older than a day and in which something moved since, which no balance proves",
    ledger: {
      rows: [credit("a", "100", early), credit("b", "20", { posted_at: hoursBefore(40) })],
      balances: [balance("EUR", "100", { as_of: hoursBefore(50) })],
    },
    found: [found("BAL_STALE", "high")],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "is silent where nothing moved since, and within a day and the grace",
    ledger: {
      rows: [credit("a", "100", early), credit("b", "3", { currency: "USD", posted_at: hoursBefore(2) })],
      balances: [balance("EUR", "100", { as_of: hoursBefore(50) }), balance("USD", "0", { as_of: hoursBefore(24.9) })],
    },
  },
  {
    it: "allows as many hours as configured",
    ledger: {
      rows: [credit("a", "100", early), credit("b", "20", { posted_at: hoursBefore(40) })],
      balances: [balance("EUR", "100", { as_of: hoursBefore(50) })],
    },
    settings: { checks: { BAL_STALE: { limitHours: 50 } } },
  },
  {
    it: "finds a balance that is dated ahead of the clock by more than clocks differ",
    ledger: {
      rows: [credit("a", "100"), credit("b", "1", { currency: "USD" })],
      balances: [
        balance("EUR", "100", { as_of: hoursBefore(-0.1) }),
        balance("USD", "1", { as_of: hoursBefore(-0.08) }),
      ],
    },
    found: [found("BAL_STALE", "high")],
  },
  {
    it: "cannot say whether something moved where the transactions were not read",
    ledger: {
      rows: [],
      balances: [balance("EUR", "0", { as_of: hoursBefore(50) })],
      coverage: partial,
    },
    found: [incomplete],
    unproven: { BAL_INCEPTION: 1, BAL_STALE: 1 },
  },
])

const quiet = { created_at: hoursBefore(200), updated_at: hoursBefore(150), posted_at: hoursBefore(150) }
const still = [balance("EUR", "100", { as_of: hoursBefore(100) })]

describeCases("COV_STALE", [
  {
    it: "finds that nothing on any list, and no balance, is younger than four days",
    ledger: { rows: [credit("a", "100", quiet)], balances: still },
    found: [found("COV_STALE", "high", "run")],
  },
  {
    it: "is one exception, and no balance is called stale beside it",
    ledger: {
      rows: [credit("a", "100", quiet), credit("b", "1", { ...quiet, currency: "USD", posted_at: hoursBefore(99) })],
      balances: [...still, balance("USD", "0", { as_of: hoursBefore(100) })],
    },
    found: [found("COV_STALE", "high", "run")],
    unproven: { BAL_INCEPTION: 1 },
  },
  {
    it: "is silent where anything is younger",
    ledger: {
      rows: [credit("a", "100", quiet), credit("b", "1", { ...quiet, status: "FAILED", updated_at: hoursBefore(90) })],
      balances: still,
    },
  },
  {
    it: "is silent where balances are dated by their last movement",
    ledger: { rows: [credit("a", "100", quiet)], balances: [balance("EUR", "100", { as_of: hoursBefore(150) })] },
  },
  {
    it: "cannot say it where a list was not read",
    ledger: { rows: [credit("a", "100", quiet)], balances: still, coverage: { "c-1/checkouts": "FAILED" } },
    found: [found("COV_INCOMPLETE", "critical", "c-1/checkouts")],
    unproven: { COV_STALE: 1 },
  },
])
