import { conversion, deposit, hoursBefore, legOf, postingOf, product, withdrawal } from "../../support/ledger-case.ts"
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
    it: "finds two posted transactions for one movement, and both are part of it",
    ledger: { rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", created_at: hoursBefore(90) })] },
    found: [found("LED_DUPLICATE_TRANSACTION", "critical")],
    movements: exception,
    transactions: { "t-2": "exception", "t-d-1": "exception" },
  },
  {
    it: "finds three as one exception",
    ledger: {
      rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-e" }), postingOf(d, { transaction_id: "t-f" })],
    },
    found: [found("LED_DUPLICATE_TRANSACTION", "critical")],
    transactions: { "t-d-1": "exception", "t-e": "exception", "t-f": "exception" },
  },
  {
    it: "finds a second one of another amount or another customer",
    ledger: {
      rows: [
        deposit("b"),
        postingOf(deposit("b")),
        postingOf(deposit("b"), { transaction_id: "t-b-2", amount: "7", net_amount: "7" }),
        deposit("c"),
        postingOf(deposit("c")),
        postingOf(deposit("c"), { transaction_id: "t-c-2", customer_id: "c-2" }),
      ],
    },
    found: ["b", "c"].map((id) => found("LED_DUPLICATE_TRANSACTION", "critical", id)),
    transactions: { "t-b": "exception", "t-b-2": "exception", "t-c": "exception", "t-c-2": "exception" },
  },
  {
    it: "is silent where several parts make the sum, whatever they are called",
    ledger: {
      rows: [
        d,
        net("60"),
        postingOf(d, { transaction_id: "t-2", amount: "50", net_amount: "50" }),
        postingOf(d, { transaction_id: "t-3", type: "ADJUSTMENT", direction: "DEBIT", amount: "10", net_amount: "10" }),
      ],
    },
    movements: matched,
    transactions: { "t-2": "matched", "t-3": "matched", "t-d-1": "matched" },
  },
  {
    it: "finds parts that make more than the sum",
    ledger: { rows: [d, net("60"), postingOf(d, { transaction_id: "t-2", amount: "50", net_amount: "50" })] },
    found: [found("LED_DUPLICATE_TRANSACTION", "critical")],
  },
  {
    it: "is not what a second one of the other direction is called, which took the money back",
    ledger: { rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", direction: "DEBIT" })] },
    found: [found("LED_AMOUNT_MISMATCH", "high")],
  },
  {
    it: "is not what two halves for two customers are called, which make one sum",
    ledger: {
      rows: [d, net("60"), postingOf(d, { transaction_id: "t-2", amount: "40", net_amount: "40", customer_id: "c-2" })],
    },
    found: [found("LED_AMOUNT_MISMATCH", "high")],
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
    transactions: { "t-0": "void", "t-d-1": "matched" },
  },
  {
    it: "is silent on an open transaction beside a posted one",
    ledger: {
      rows: [d, postingOf(d), postingOf(d, { transaction_id: "t-2", status: "PENDING", created_at: hoursBefore(0.5) })],
    },
    movements: matched,
    transactions: { "t-2": "in flight", "t-d-1": "matched" },
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
    transactions: { "t-0": "matched", "t-1": "matched", "t-d-1": "matched" },
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
    it: "expects no fee on either leg where it is in a third currency: that fee is a leg of its own",
    ledger: {
      rows: [
        conversion("x", { fee: "2", fee_currency: "CHF" }),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
      ],
    },
    found: [{ ...found("LED_MISSING_TRANSACTION", "critical", "x"), leg: "FEE" }],
    movements: {
      "conversions x CREDIT": "matched",
      "conversions x DEBIT": "matched",
      "conversions x FEE": "exception",
    },
  },
  {
    it: "is content where the fee in a third currency was charged",
    ledger: {
      rows: [
        conversion("x", { fee: "2", fee_currency: "CHF" }),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
        legOf(conversion("x"), "DEBIT", {
          transaction_id: "f",
          type: "FEE",
          currency: "CHF",
          amount: "2",
          net_amount: "2",
        }),
      ],
    },
    movements: { "conversions x CREDIT": "matched", "conversions x DEBIT": "matched", "conversions x FEE": "matched" },
  },
  {
    it: "knows a fee in a third currency by its type, though it was charged in another one",
    ledger: {
      rows: [
        conversion("x", { fee: "2", fee_currency: "CHF" }),
        legOf(conversion("x"), "DEBIT", {}),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
        legOf(conversion("x"), "DEBIT", {
          transaction_id: "f",
          type: "FEE",
          currency: "GBP",
          amount: "2",
          net_amount: "2",
        }),
      ],
    },
    found: [{ ...found("LED_CURRENCY_MISMATCH", "critical", "x"), leg: "FEE" }],
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

const numbered = (count: number) => Array.from({ length: count }, (_, nth) => `d-${nth + 1000}`)

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
    it: "finds a fee that was charged a second time, by a transaction of its own",
    ledger: {
      rows: [
        deposit("d-1", { fee: "1", net_amount: "99" }),
        postingOf(d, { fee: "1", net_amount: "99" }),
        postingOf(d, { transaction_id: "f", type: "FEE", direction: "DEBIT", amount: "1", net_amount: "1" }),
      ],
    },
    found: [found("LED_FEE_MISMATCH", "medium")],
  },
  {
    it: "finds the second of two fees that were both charged by transactions of their own",
    ledger: {
      rows: [
        withdrawal("w", { fee: "1", net_amount: "101" }),
        postingOf(withdrawal("w")),
        ...["one", "two"].map((id) =>
          postingOf(withdrawal("w"), { transaction_id: id, type: "FEE", amount: "1", net_amount: "1" }),
        ),
      ],
    },
    found: [found("LED_FEE_MISMATCH", "medium", "w")],
  },
  {
    it: "finds a conversion's fee that its other leg's transaction states",
    ledger: {
      rows: [
        conversion("x", { fee: "2" }),
        legOf(conversion("x"), "DEBIT", { amount: "102", net_amount: "102" }),
        legOf(conversion("x"), "CREDIT", { currency: "USD", amount: "112", fee: "2", net_amount: "110" }),
      ],
    },
    found: ["CREDIT", "DEBIT"].map((leg) => ({ ...found("LED_FEE_MISMATCH", "medium", "x"), leg })),
  },
  {
    it: "finds the fees of two records that their transactions state the other way round",
    ledger: {
      rows: numbered(1200).flatMap((id, nth) => [
        deposit(id, { amount: `${100 + (nth % 2)}`, fee: `${nth % 2}` }),
        postingOf(deposit(id), { amount: `${101 - (nth % 2)}`, fee: `${1 - (nth % 2)}` }),
      ]),
    },
    found: numbered(1200).map((id) => found("LED_FEE_MISMATCH", "medium", id)),
  },
  {
    it: "is silent on the fee of a transaction that was taken back and posted again, whether its reversal gave the fee back or not",
    ledger: {
      rows: [
        deposit("d-1", { fee: "1", net_amount: "99" }),
        postingOf(d, { transaction_id: "one", fee: "1", net_amount: "99", status: "REVERSED" }),
        postingOf(d, { transaction_id: "back", direction: "DEBIT", amount: "99", net_amount: "99" }),
        postingOf(d, { transaction_id: "again", fee: "1", net_amount: "99", posted_at: hoursBefore(60) }),
      ],
    },
    movements: matched,
  },
  {
    it: "is silent on a record of which nothing is left but its fee, and which needs no transaction",
    ledger: { rows: [deposit("d-1", { amount: "5", fee: "5", net_amount: "0" })] },
    movements: matched,
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

describeCases("LED_NETWORK_MISMATCH", [
  {
    it: "finds money that moved on another network than the record states",
    ledger: {
      rows: [
        product("crypto_deposits", "cd", { network: "TRON" }),
        postingOf(product("crypto_deposits", "cd"), { network: "SOLANA" }),
      ],
    },
    found: [found("LED_NETWORK_MISMATCH", "critical", "cd")],
  },
  {
    it: "is silent where one of its transactions states none, and on another name of the same network",
    ledger: {
      rows: [
        product("crypto_deposits", "a", { network: "TRON" }),
        postingOf(product("crypto_deposits", "a"), { network: "SOLANA", amount: "60", net_amount: "60" }),
        postingOf(product("crypto_deposits", "a"), { transaction_id: "t-2", amount: "40", net_amount: "40" }),
        product("crypto_deposits", "b", { network: "ETH" }),
        postingOf(product("crypto_deposits", "b"), { network: "ETHEREUM" }),
      ],
    },
    settings: { networkAliases: { ETH: "ETHEREUM" } },
    movements: { "crypto_deposits a": "matched", "crypto_deposits b": "matched" },
  },
])

describeCases("LED_TYPE_MISMATCH", [
  {
    it: "finds a transaction whose type is not its record's, and the record agrees",
    ledger: { rows: [d, postingOf(d, { type: "CRYPTO_REFUND" })] },
    found: [found("LED_TYPE_MISMATCH", "high", "t-d-1")],
    movements: matched,
    transactions: { "t-d-1": "exception" },
  },
  {
    it: "is silent on a FEE and an ADJUSTMENT, which may name any record",
    ledger: {
      rows: [
        deposit("d-1", { fee: "1", net_amount: "99" }),
        postingOf(d),
        postingOf(d, { transaction_id: "f", type: "FEE", direction: "DEBIT", amount: "1", net_amount: "1" }),
        postingOf(d, { transaction_id: "up", type: "ADJUSTMENT", amount: "3", net_amount: "3" }),
        postingOf(d, { transaction_id: "down", type: "ADJUSTMENT", direction: "DEBIT", amount: "3", net_amount: "3" }),
      ],
    },
    movements: matched,
  },
])
