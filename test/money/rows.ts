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

interface Product {
  readonly stream: StreamName
  readonly id: string
  readonly type: string
  readonly direction: "CREDIT" | "DEBIT"
}

const products = {
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
const plus = (one: unknown, sign: bigint, other: unknown): unknown =>
  isDecimal(one) && isDecimal(other) ? textOf(unitsOf(one) + sign * unitsOf(other)).replace(/\.?0+$/, "") : one

/** "100 USDT TRON" as the fields of a record. */
export const moneyOf = (text: string) => {
  const [amount = "", currency = "", network] = text.split(" ")
  return { amount, currency, ...(network === undefined ? {} : { network }) }
}

const before = (at: string, millis: number): string => `-${-(millisOf(at) ?? Number.NaN) + millis}ms`
const hour = 3_600_000

const nameOf = (who: Customer): string => who.partnerCustomerRef.toLowerCase()

const list = (stream: StreamName, ...rows: ReadonlyArray<Row>): Lists => ({ [stream]: rows })

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

type Over = Row & { readonly at?: string }

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

const place = ({ currency, network }: Row): string =>
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

/** `id` is behind the record's, as in `t-dep-1-b`. */
type Posting = Over & { readonly id?: string; readonly money?: string }

const posting = (fixed: Row, named: string, { at, id, money, ...over }: Posting): Lists => {
  const parts = { ...fixed, ...(money === undefined ? {} : moneyOf(money)), ...over } as Row
  const instant = at ?? fixed.postedAt
  const { amount, direction, fee, status } = { status: "COMPLETED", ...parts } as Row
  const posted = status === "COMPLETED" || status === "REVERSED"
  const { postedAt, ...rest } = { ...parts, postedAt: over.postedAt ?? instant }
  return list("transactions", {
    transactionId: ["t", named, ...(id === undefined ? [] : [id])].join("-"),
    ...rest,
    netAmount: over.netAmount ?? plus(amount, direction === "CREDIT" ? -1n : 1n, fee),
    status,
    createdAt: over.createdAt ?? instant,
    updatedAt: over.updatedAt ?? instant,
    ...(posted ? { postedAt } : {}),
  })
}

const recordIn = (lists: Lists): readonly [Product, Row] => {
  for (const one of Object.values(products)) {
    const [row] = lists[one.stream] ?? []
    if (row !== undefined) return [one, row]
  }
  throw new Error("there is no record to post")
}

/** The transaction that a record asks for, or what the second argument makes of it. */
export const tx = (record: Lists, over: Posting = {}): Lists => {
  const [{ direction, id, type }, row] = recordIn(record)
  const { amount, currency, customerId, fee, network, updatedAt } = row
  const fixed = {
    customerId,
    type,
    direction,
    currency,
    ...(network === undefined ? {} : { network }),
    amount,
    fee,
    resourceType: type.toLowerCase(),
    resourceId: row[id],
    postedAt: updatedAt,
  }
  // What is posted of a record in other money bears no fee unless one is named.
  return posting(over.money === undefined ? fixed : { ...fixed, fee: "0" }, String(row[id]), over)
}

/** A record's money going the other way, whole unless `money` says how much; `t-wd-1-back`. */
export const back = (record: Lists, over: Posting = {}): Lists => {
  const [{ direction }, row] = recordIn(record)
  return tx(record, {
    id: "back",
    direction: direction === "CREDIT" ? "DEBIT" : "CREDIT",
    amount: row.netAmount,
    fee: "0",
    at: "-30h",
    ...over,
  })
}

/** A charge of its own that names a record. */
export const feeOf = (record: Lists, money: string, over: Posting = {}): Lists =>
  tx(record, { id: "fee", type: "FEE", direction: "DEBIT", money, ...over })

const legOf = (record: Lists, side: "from" | "to", over: Posting): Lists => {
  const [row = {}] = record.conversions ?? []
  const currency = row[`${side}Currency`]
  const fixed = {
    customerId: row.customerId,
    type: "CONVERSION",
    direction: side === "from" ? "DEBIT" : "CREDIT",
    currency,
    amount: row[`${side}Amount`],
    fee: row.feeCurrency === currency ? row.fee : "0",
    resourceType: "conversion",
    resourceId: row.conversionId,
    postedAt: row.updatedAt,
  }
  const other = over.money === undefined ? fixed : { ...fixed, fee: "0" }
  return posting(other, String(row.conversionId), { ...over, id: [side, over.id].filter(Boolean).join("-") })
}

/** What leaves by a conversion, `t-conv-1-from`, and what comes in, `t-conv-1-to`. */
export const from = (record: Lists, over: Posting = {}): Lists => legOf(record, "from", over)
export const to = (record: Lists, over: Posting = {}): Lists => legOf(record, "to", over)

/** Records with the transactions that they ask for. */
export const settled = (...records: ReadonlyArray<Lists>): Lists =>
  merge(
    ...records.flatMap((record) =>
      record.conversions === undefined ? [record, tx(record)] : [record, from(record), to(record)],
    ),
  )

/** A transaction that names nothing: type FEE or ADJUSTMENT. */
export const loose = (
  who: Customer,
  id: string,
  type: "FEE" | "ADJUSTMENT",
  money: string,
  over: Posting = {},
): Lists =>
  posting(
    {
      customerId: who.customerId,
      type,
      direction: "DEBIT",
      fee: "0",
      resourceType: null,
      resourceId: null,
      postedAt: "-31h",
    },
    id,
    { money, ...over },
  )

/** What a customer began with, more than ninety days ago. */
export const opening = (who: Customer, money: string): Lists => {
  const { currency, network } = moneyOf(money)
  const make = network === undefined ? fiatIn : cryptoIn
  return settled(make(who, `open-${nameOf(who)}-${place({ currency, network })}`, money, { at: "-91d" }))
}

/** A fee that names nothing, and whose amounts the contract cannot read: it can touch no record. */
export const unreadableFee = (who: Customer, currency: string): Lists =>
  loose(who, "unreadable", "FEE", `12,50 ${currency}`, { fee: "0", netAmount: "12,50" })

/** A payment of no checkout whose amounts the contract cannot read. */
export const unreadablePayment = (who: Customer): Lists =>
  payment(who, "unreadable", "12,50 USDT TRON", { netAmount: "12,50" })

export const balanceOf = (who: Customer, currency: string): string => `${who.customerId}/${currency}`

export const balance = (who: Customer, money: string, over: Row = {}): Row => {
  const { amount, ...rest } = moneyOf(money)
  return { customerId: who.customerId, ...rest, available: amount, held: "0", total: amount, asOf: "-0s", ...over }
}

/** Rows of a list: new ones, or changes of those that are known. */
export const changes = list
