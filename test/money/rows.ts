import { createHash } from "node:crypto"
import type { StreamName } from "../../src/api/streams.ts"
import { textOf, unitsOf } from "../support/decimal.ts"
import { millisOf } from "./instant.ts"
import type { Customer, Lists, Row } from "./world.ts"

/**
 * Short names for what worlds are made of. A builder returns lists, which `merge` puts together; the accounts and wallets
 * that a record names come with it. Money is written "100 EUR" or "100 USDT TRON", `at` is when it moved, and whatever a
 * record's last argument names goes before what would be filled in.
 */

export const [ALPHA, BETA, GAMMA, DELTA] = ["ALPHA", "BETA", "GAMMA", "DELTA"].map((partnerCustomerRef, nth) => ({
  customerId: `${"abcd"[nth]}0000000-0000-4000-8000-00000000000${nth + 1}`,
  partnerCustomerRef,
})) as [Customer, Customer, Customer, Customer]

export interface Product {
  readonly stream: StreamName
  readonly id: string
  readonly type: string
  readonly direction: "CREDIT" | "DEBIT"
}

export const products = {
  fiatIn: { stream: "fiat_deposits", id: "depositId", type: "FIAT_DEPOSIT", direction: "CREDIT" },
  fiatOut: { stream: "fiat_withdrawals", id: "withdrawalId", type: "FIAT_WITHDRAWAL", direction: "DEBIT" },
  cryptoIn: { stream: "crypto_deposits", id: "depositId", type: "CRYPTO_DEPOSIT", direction: "CREDIT" },
  cryptoOut: { stream: "crypto_withdrawals", id: "withdrawalId", type: "CRYPTO_WITHDRAWAL", direction: "DEBIT" },
  refund: { stream: "crypto_refunds", id: "refundId", type: "CRYPTO_REFUND", direction: "DEBIT" },
  payment: { stream: "collection_payments", id: "paymentId", type: "COLLECTION_PAYMENT", direction: "CREDIT" },
} as const satisfies Readonly<Record<string, Product>>

/** Lists in one, a row that stands in several of them once; of balances, those that were given last. */
export const merge = (...all: ReadonlyArray<Lists>): Lists => {
  const merged = new Map<string, Map<string, Row>>()
  const balances = all.map((lists) => lists.balances).findLast((given) => given !== undefined)
  for (const { balances: _, ...lists } of all) {
    for (const [stream, rows] of Object.entries(lists)) {
      const known = merged.get(stream) ?? new Map<string, Row>()
      for (const row of rows) known.set(JSON.stringify(row), row)
      merged.set(stream, known)
    }
  }
  return {
    ...Object.fromEntries([...merged].map(([stream, rows]) => [stream, [...rows.values()]])),
    ...(balances === undefined ? {} : { balances }),
  }
}

const isDecimal = (value: unknown): value is string => typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)

/** The sum of decimals, the second times the sign; the first as it stands where one cannot be read. */
export const plus = (one: unknown, sign: bigint, other: unknown): unknown =>
  isDecimal(one) && isDecimal(other) ? textOf(unitsOf(one) + sign * unitsOf(other)).replace(/\.?0+$/, "") : one

/** "100 USDT TRON" as the fields of a record. */
export const moneyOf = (text: string) => {
  const [amount = "", currency = "", network] = text.split(" ")
  return { amount, currency, ...(network === undefined ? {} : { network }) }
}

const before = (at: string, millis: number): string => `-${-(millisOf(at) ?? Number.NaN) + millis}ms`
const hour = 3_600_000

export const nameOf = (who: Customer): string => who.partnerCustomerRef.toLowerCase()

export const list = (stream: StreamName, ...rows: ReadonlyArray<Row>): Lists => ({ [stream]: rows })

const account = (stream: StreamName, idField: string, own: Row) => (who: Customer, id: string, over: Row) =>
  list(stream, { [idField]: id, customerId: who.customerId, ...own, status: "ACTIVE", createdAt: "-300d", ...over })

export const fiatAccount = account("fiat_accounts", "fiatAccountId", {})
export const bankAccount = account("bank_accounts", "bankAccountId", {
  accountHolderName: "A holder",
  accountNumberMasked: "****1234",
})
export const wallet = account("crypto_deposit_wallets", "walletId", { address: "an address" })
export const beneficiary = account("wallet_beneficiaries", "beneficiaryId", { address: "an address" })
export const collectionWallet = account("collection_wallets", "collectionWalletId", { address: "an address" })
const buyer = account("collection_buyers", "buyerId", { displayName: "A buyer", email: "buyer@example.test" })

/** A hash on chain as most write it. */
export const hashOf = (seed: string): string => `0x${createHash("sha256").update(seed).digest("hex")}`

export type Over = Row & { readonly at?: string }

const product =
  ({ direction, id: idField, stream }: Product, references: (who: Customer, money: Row) => readonly [Row, Lists]) =>
  (who: Customer, id: string, money: string, { at = "-50h", ...over }: Over = {}): Lists => {
    const parts = moneyOf(money)
    const [named, accounts] = references(who, parts)
    const kept = Object.keys(named).some((field) => field in over) ? {} : accounts
    const { amount, fee } = { fee: "0", ...parts, ...over } as Row
    const fixed = { [idField]: id, customerId: who.customerId, ...named, ...parts, fee: "0" }
    const row = {
      ...fixed,
      netAmount: plus(amount, direction === "CREDIT" ? -1n : 1n, fee),
      ...(parts.network === undefined ? { reference: `ref ${id}` } : { txHash: hashOf(`${stream}/${id}`) }),
      status: "COMPLETED",
      createdAt: before(at, hour),
      updatedAt: at,
      ...((over.status ?? "COMPLETED") === "COMPLETED" ? { completedAt: at } : {}),
      ...over,
    }
    return merge(kept, list(stream, row))
  }

export const place = ({ currency, network }: Row): string =>
  [currency, network]
    .filter((part) => part !== undefined)
    .join("-")
    .toLowerCase()

const namedPlace =
  (field: string, prefix: string, make: (who: Customer, id: string, over: Row) => Lists) =>
  (who: Customer, { currency, network }: Row): readonly [Row, Lists] => {
    const id = `${prefix}-${nameOf(who)}-${place({ currency, network })}`
    return [{ [field]: id }, make(who, id, { currency, ...(network === undefined ? {} : { network }) })]
  }

export const fiatIn = product(products.fiatIn, namedPlace("fiatAccountId", "fa", fiatAccount))
export const fiatOut = product(products.fiatOut, namedPlace("bankAccountId", "ba", bankAccount))
export const cryptoIn = product(products.cryptoIn, namedPlace("walletId", "w", wallet))
export const cryptoOut = product(products.cryptoOut, namedPlace("beneficiaryId", "b", beneficiary))
/** Name the deposit with `originalDepositId`. */
export const refund = product(products.refund, () => [{}, {}])
export const payment = product(products.payment, (who, { currency, network }) => {
  const buyerId = `buyer-${nameOf(who)}`
  const collectionWalletId = `cw-${nameOf(who)}-${place({ currency, network })}`
  return [
    { buyerId, collectionWalletId },
    merge(buyer(who, buyerId, {}), collectionWallet(who, collectionWalletId, { buyerId, currency, network })),
  ]
})

/** Three days ahead for one that is open, long past for others. */
export const checkout = (
  who: Customer,
  id: string,
  price: string,
  paidAmount: string,
  status: string,
  over: Row = {},
) =>
  list("checkouts", {
    checkoutId: id,
    customerId: who.customerId,
    ...moneyOf(price),
    paidAmount,
    status,
    createdAt: "-52h",
    updatedAt: "-49h",
    expiresAt: status === "OPEN" || status === "PARTIALLY_PAID" ? "+3d" : "-45h",
    ...over,
  })

type ConversionOver = Over & { readonly quote?: Row }

/** A conversion and the quote that it was made on; `quote` changes what the quote says. */
export const conversion = (
  who: Customer,
  id: string,
  from: string,
  to: string,
  rate: string,
  { at = "-40h", quote = {}, ...over }: ConversionOver = {},
): Lists => {
  const [source, target] = [moneyOf(from), moneyOf(to)]
  const terms = {
    fromCurrency: source.currency,
    toCurrency: target.currency,
    fromAmount: source.amount,
    toAmount: target.amount,
    rate,
    fee: "0",
    feeCurrency: source.currency,
  }
  const status = over.status ?? "COMPLETED"
  const times = { createdAt: at, updatedAt: at, ...(status === "COMPLETED" ? { completedAt: at } : {}) }
  const ids = { customerId: who.customerId, quoteId: `q-${id}` }
  const { fee, feeCurrency } = { ...terms, ...over } as Row
  return {
    conversion_quotes: [
      {
        ...ids,
        ...terms,
        fee,
        feeCurrency,
        status: "USED",
        expiresAt: before(at, -600_000),
        createdAt: before(at, 60_000),
        ...quote,
      },
    ],
    conversions: [{ conversionId: id, ...ids, ...terms, status, ...times, ...over }],
  }
}

export const balanceOf = (who: Customer, currency: string): string => `${who.customerId}/${currency}`

export const balance = (who: Customer, money: string, over: Row = {}): Row => {
  const { amount, ...rest } = moneyOf(money)
  return { customerId: who.customerId, ...rest, available: amount, held: "0", total: amount, asOf: "-0s", ...over }
}

/** Rows of a list: new ones, or changes of those that are known. */
export const changes = list
