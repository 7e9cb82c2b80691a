import {
  cryptoIn,
  fiatIn,
  list,
  merge,
  moneyOf,
  nameOf,
  type Over,
  type Product,
  payment,
  place,
  plus,
  products,
} from "./rows.ts"
import type { Customer, Lists, Row } from "./world.ts"

/** Short names for the transactions that records ask for, or get. */

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
