import type { StreamName } from "../streams.ts"

/** How a record of a product moves balances. `in`: a CREDIT. `out`: a DEBIT. `exchange`: a DEBIT of fromCurrency and a CREDIT of toCurrency. */
export type Movement = "in" | "out" | "exchange"

/** The reference record that a product record names: the account, wallet or beneficiary that its money came to or went to. */
export interface NamedAccount {
  readonly stream: StreamName
  readonly column: string
  /** What it is called in a sentence. */
  readonly noun: string
}

/**
 * What Tidemark must know of a product, one row each; whoever adds a product adds a row, and the compiler asks for every
 * part of it. Movements, mutations, hashes, references, age limits, the roll-forward and the sandbox read this table.
 * Source: docs/partner-api.md, "Fields"; docs/rules.md, "What must have moved".
 */
export interface ProductRow {
  readonly stream: StreamName
  /** The column of its id. */
  readonly id: string
  /** The resourceType of its transactions; in capitals, their type. */
  readonly resourceType: string
  readonly movement: Movement
  /** What a person calls one record of it. */
  readonly noun: string
  /** The columns of the roll-forward that its transactions add to: money that came in, and money that went out. */
  readonly rollforward: { readonly CREDIT: RollforwardColumn; readonly DEBIT: RollforwardColumn }
  /** Beside amounts, currencies and customer: what a settled record must keep. */
  readonly kept: ReadonlyArray<string>
  /** Where on its chain the money came to or went from; null for a product that settles on none. */
  readonly place: string | null
  /** The reference record that it must name; null where it names none. */
  readonly account: NamedAccount | null
  /** Whether a payer or payee gives it a reference, by which a copy is told. */
  readonly hasReference: boolean
  /** The list of its refunds, and the column there that names it; null where the API lists none. */
  readonly refunds: { readonly stream: StreamName; readonly column: string } | null
  /** Hours that a record may stay open. */
  readonly ageLimitHours: number
}

export const rollforwardColumns = [
  "deposits",
  "withdrawals",
  "refunds",
  "conversions_in",
  "conversions_out",
  "collections",
] as const
export type RollforwardColumn = (typeof rollforwardColumns)[number]

const all = (column: RollforwardColumn) => ({ CREDIT: column, DEBIT: column })

export const products: ReadonlyArray<ProductRow> = [
  {
    stream: "fiat_deposits",
    id: "deposit_id",
    resourceType: "fiat_deposit",
    movement: "in",
    noun: "deposit",
    rollforward: all("deposits"),
    kept: ["fiat_account_id"],
    place: null,
    account: { stream: "fiat_accounts", column: "fiat_account_id", noun: "fiat account" },
    hasReference: true,
    refunds: null,
    ageLimitHours: 48,
  },
  {
    stream: "fiat_withdrawals",
    id: "withdrawal_id",
    resourceType: "fiat_withdrawal",
    movement: "out",
    noun: "withdrawal",
    rollforward: all("withdrawals"),
    kept: ["bank_account_id", "quote_id"],
    place: null,
    account: { stream: "bank_accounts", column: "bank_account_id", noun: "bank account" },
    hasReference: true,
    refunds: null,
    ageLimitHours: 72,
  },
  {
    stream: "crypto_deposits",
    id: "deposit_id",
    resourceType: "crypto_deposit",
    movement: "in",
    noun: "deposit",
    rollforward: all("deposits"),
    kept: ["wallet_id"],
    place: "wallet_id",
    account: { stream: "crypto_deposit_wallets", column: "wallet_id", noun: "wallet" },
    hasReference: false,
    refunds: { stream: "crypto_refunds", column: "original_deposit_id" },
    ageLimitHours: 24,
  },
  {
    stream: "crypto_withdrawals",
    id: "withdrawal_id",
    resourceType: "crypto_withdrawal",
    movement: "out",
    noun: "withdrawal",
    rollforward: all("withdrawals"),
    kept: ["beneficiary_id", "quote_id"],
    place: "beneficiary_id",
    account: { stream: "wallet_beneficiaries", column: "beneficiary_id", noun: "beneficiary" },
    hasReference: false,
    refunds: null,
    ageLimitHours: 24,
  },
  {
    stream: "crypto_refunds",
    id: "refund_id",
    resourceType: "crypto_refund",
    movement: "out",
    noun: "refund",
    rollforward: all("refunds"),
    kept: ["original_deposit_id"],
    place: "original_deposit_id",
    account: null,
    hasReference: false,
    refunds: null,
    ageLimitHours: 24,
  },
  {
    stream: "conversions",
    id: "conversion_id",
    resourceType: "conversion",
    movement: "exchange",
    noun: "conversion",
    rollforward: { CREDIT: "conversions_in", DEBIT: "conversions_out" },
    kept: ["quote_id"],
    place: null,
    account: null,
    hasReference: false,
    refunds: null,
    ageLimitHours: 1,
  },
  {
    stream: "collection_payments",
    id: "payment_id",
    resourceType: "collection_payment",
    movement: "in",
    noun: "payment",
    rollforward: all("collections"),
    kept: ["buyer_id", "collection_wallet_id", "checkout_id"],
    place: "collection_wallet_id",
    account: { stream: "collection_wallets", column: "collection_wallet_id", noun: "collection wallet" },
    hasReference: false,
    refunds: null,
    ageLimitHours: 24,
  },
]
