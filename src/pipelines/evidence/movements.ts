import type { StreamName } from "../../api/streams.ts"

/**
 * How a product's records move balances. Source: docs/rules.md, "What must have moved": deposits and collection payments credit,
 * withdrawals and refunds debit, a conversion debits fromCurrency and credits toCurrency with its fee on the leg whose
 * currency is feeCurrency.
 */
export interface MovementRow {
  readonly stream: StreamName
  /** The resourceType of its transactions. Source: docs/partner-api.md, "Statuses". */
  readonly resourceType: string
  readonly id: string
  readonly direction: "CREDIT" | "DEBIT"
  /** True where a record has a leg in each direction, so that only a transaction of its own direction can be its match. */
  readonly leg: boolean
  readonly currency: string
  readonly amount: string
  readonly fee: string
  readonly netAmount: string
}

const oneLeg = (stream: StreamName, resourceType: string, id: string, direction: "CREDIT" | "DEBIT"): MovementRow => ({
  stream,
  resourceType,
  id,
  direction,
  leg: false,
  currency: "currency",
  amount: "amount",
  fee: "fee",
  netAmount: "net_amount",
})

const feeOn = (currency: string): string => `CASE WHEN fee_currency = ${currency} THEN fee ELSE 0 END`

export const movementRows: ReadonlyArray<MovementRow> = [
  oneLeg("fiat_deposits", "fiat_deposit", "deposit_id", "CREDIT"),
  oneLeg("fiat_withdrawals", "fiat_withdrawal", "withdrawal_id", "DEBIT"),
  oneLeg("crypto_deposits", "crypto_deposit", "deposit_id", "CREDIT"),
  oneLeg("crypto_withdrawals", "crypto_withdrawal", "withdrawal_id", "DEBIT"),
  oneLeg("crypto_refunds", "crypto_refund", "refund_id", "DEBIT"),
  oneLeg("collection_payments", "collection_payment", "payment_id", "CREDIT"),
  {
    stream: "conversions",
    resourceType: "conversion",
    id: "conversion_id",
    direction: "DEBIT",
    leg: true,
    currency: "from_currency",
    amount: "from_amount",
    fee: feeOn("from_currency"),
    netAmount: `TRY(from_amount + ${feeOn("from_currency")})`,
  },
  {
    stream: "conversions",
    resourceType: "conversion",
    id: "conversion_id",
    direction: "CREDIT",
    leg: true,
    currency: "to_currency",
    amount: "to_amount",
    fee: feeOn("to_currency"),
    netAmount: `TRY(to_amount - ${feeOn("to_currency")})`,
  },
]

const resourcesWithLegs = [...new Set(movementRows.filter((row) => row.leg).map((row) => `'${row.resourceType}'`))]

/** A transaction's side of `match_kind`, so that a movement and its transactions meet by equality alone. */
export const matchKindOf = (transaction: string): string =>
  `CASE WHEN ${transaction}.resource_type IN (${resourcesWithLegs.join(", ")}) THEN concat(${transaction}.resource_type, ' ', ${transaction}.direction) ELSE ${transaction}.resource_type END`
