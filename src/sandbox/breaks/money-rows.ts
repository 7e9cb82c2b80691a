import { lastPlace } from "../world/money.ts"
import type { OneLegStream } from "../world/movement.ts"
import { type Leg, reversalOf } from "../world/transaction.ts"
import type { BreakCode, Severity } from "./break-code.ts"

/** One transaction of a record: how it differs from the record's own, and what became of it. */
export interface Posting {
  readonly leg?: (leg: Leg) => Leg
  readonly status?: "COMPLETED" | "REVERSED"
}

/** A record with its transactions, by which the money test is tried. */
export interface MoneyRow {
  readonly code: BreakCode
  /** Unique among the rows of its code. */
  readonly name: string
  readonly stream: OneLegStream
  readonly currency?: string
  /** The record's last status; COMPLETED where it says none. */
  readonly becomes?: "FAILED" | "REVERSED"
  readonly postings: ReadonlyArray<Posting>
  /** Null for a near miss: it looks much like a fault, and is none. */
  readonly severity: Severity | null
  /** Whether the exception is about the (first) transaction rather than the record. */
  readonly isOfTransaction?: boolean
  readonly why: string
}

/** That amount without a fee. */
const only = (leg: Leg, amount: Leg["amount"]): Leg => ({ ...leg, amount, fee: 0n, netAmount: amount })

const half = (leg: Leg): Leg["amount"] => {
  const unit = lastPlace(leg.places)
  return (leg.netAmount / 2n / unit) * unit
}

const part: Posting = { leg: (leg) => only(leg, half(leg)) }
const rest: Posting = { leg: (leg) => only(leg, leg.netAmount - half(leg)) }
/** The rest with the whole fee on it, as a record filled in parts is charged once. */
const restWithFee: Posting = {
  leg: (leg) => {
    const netAmount = leg.netAmount - half(leg)
    return { ...leg, netAmount, amount: leg.direction === "CREDIT" ? netAmount + leg.fee : netAmount - leg.fee }
  },
}
const own: Posting = {}
const reversed: Posting = { status: "REVERSED" }
const back: Posting = { leg: reversalOf }
const gross: Posting = { leg: (leg) => only(leg, leg.amount) }
const fee: Posting = { leg: (leg) => ({ ...only(leg, leg.fee), type: "FEE", direction: "DEBIT" }) }
const onNetwork = (network: string | null): Posting => ({ leg: (leg) => ({ ...leg, network }) })

const faults: ReadonlyArray<MoneyRow & { readonly severity: Severity }> = [
  {
    code: "LED_NETWORK_MISMATCH",
    name: "elsewhere",
    stream: "crypto_deposits",
    currency: "USDT",
    postings: [onNetwork("ETHEREUM")],
    severity: "critical",
    why: "a deposit on TRON, booked on ETHEREUM",
  },
  {
    code: "LED_TYPE_MISMATCH",
    name: "refund",
    stream: "fiat_deposits",
    postings: [{ leg: (leg) => ({ ...leg, type: "CRYPTO_REFUND" }) }],
    severity: "high",
    isOfTransaction: true,
    why: "typed CRYPTO_REFUND, and it names a fiat deposit",
  },
  {
    code: "LED_DUPLICATE_TRANSACTION",
    name: "parts",
    stream: "crypto_withdrawals",
    postings: [part, rest, rest],
    severity: "critical",
    why: "two parts make the sum, and the second was posted twice",
  },
  {
    code: "LED_FEE_MISMATCH",
    name: "second",
    stream: "fiat_withdrawals",
    postings: [own, fee],
    severity: "medium",
    why: "its fee was charged a second time, by a transaction of its own",
  },
  {
    code: "LED_STATUS_MISMATCH",
    name: "stands",
    stream: "fiat_withdrawals",
    becomes: "REVERSED",
    postings: [own],
    severity: "critical",
    why: "REVERSED, and its debit stands",
  },
  {
    code: "LED_STATUS_MISMATCH",
    name: "half",
    stream: "crypto_withdrawals",
    becomes: "FAILED",
    postings: [reversed, { leg: (leg) => only(reversalOf(leg), half(leg)) }],
    severity: "critical",
    why: "FAILED, and half of its debit came back",
  },
  {
    code: "LED_STATUS_MISMATCH",
    name: "void-lone",
    stream: "fiat_deposits",
    becomes: "FAILED",
    postings: [reversed],
    severity: "critical",
    why: "FAILED, and its only transaction is called REVERSED, which nothing took back",
  },
  {
    code: "LED_STATUS_MISMATCH",
    name: "settled-lone",
    stream: "crypto_deposits",
    postings: [reversed],
    severity: "high",
    why: "COMPLETED, and its transaction is called REVERSED, which nothing took back",
  },
]

const nearMisses: ReadonlyArray<MoneyRow & { readonly severity: null }> = [
  {
    code: "LED_NETWORK_MISMATCH",
    name: "unsaid",
    stream: "crypto_deposits",
    currency: "USDC",
    postings: [onNetwork(null)],
    severity: null,
    why: "its transaction states no network",
  },
  {
    code: "LED_TYPE_MISMATCH",
    name: "fee",
    stream: "fiat_withdrawals",
    postings: [gross, fee],
    severity: null,
    why: "its fee is a transaction of type FEE that names it",
  },
  {
    code: "LED_DUPLICATE_TRANSACTION",
    name: "halves",
    stream: "fiat_deposits",
    postings: [part, restWithFee],
    severity: null,
    why: "posted in two parts that make the sum, the fee with the second",
  },
  {
    code: "LED_FEE_MISMATCH",
    name: "apart",
    stream: "crypto_deposits",
    postings: [gross, fee],
    severity: null,
    why: "its fee was charged once, by a transaction of its own",
  },
  {
    code: "LED_STATUS_MISMATCH",
    name: "came-back",
    stream: "fiat_withdrawals",
    becomes: "REVERSED",
    postings: [reversed, back],
    severity: null,
    why: "REVERSED, and its debit came back whole",
  },
  {
    code: "LED_STATUS_MISMATCH",
    name: "twice-reversed",
    stream: "fiat_deposits",
    postings: [reversed, { leg: reversalOf, status: "REVERSED" }, { leg: (leg) => only(leg, leg.netAmount) }],
    severity: null,
    why: "its credit was reversed, and so was the reversal",
  },
]

/** What is wrong first, then what only looks so. */
export const moneyRows: ReadonlyArray<MoneyRow> = [...faults, ...nearMisses]
