import type { Product, StreamName } from "../../api/streams.ts"
import type { PageSource } from "./page-source.ts"

export interface BenchOptions {
  readonly customers: number
  /** In total, dealt evenly over the customers. */
  readonly transactions: number
}

const products: ReadonlyArray<Product> = ["core", "fiat", "crypto", "conversion", "collection"]

/** 2026-06-28T00:00:00Z, the newest record's creation; each older one lies a quarter of a second before. */
const newest = 1_782_604_800_000
const stride = 250

const kinds = [
  ["FIAT_DEPOSIT", "fiat_deposit", "CREDIT", "USD", "fiat deposit, by wire"],
  ["FIAT_WITHDRAWAL", "fiat_withdrawal", "DEBIT", "EUR", "withdrawal to bank"],
  ["CRYPTO_DEPOSIT", "crypto_deposit", "CREDIT", "USDT", "on-chain deposit"],
  ["CRYPTO_WITHDRAWAL", "crypto_withdrawal", "DEBIT", "USDC", "on-chain withdrawal"],
] as const

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/** The n-th record's id: scattered in its first digits, as real ids are, and readable back in its last. */
const idOf = (kind: string, customer: number, index: number): string =>
  `${hex(Math.imul(index + 1, 0x9e3779b1) >>> 0, 8)}-${hex(customer, 4)}-4${kind}-8000-${hex(index, 12)}`

const idShape = /^[0-9a-f]{8}-([0-9a-f]{4})-4[0-9a-f]{3}-8000-([0-9a-f]{12})$/

/** The second's text is kept: four records share it, and making it costs more than the rest of a record. */
const makeClock = () => {
  let second = -1
  let text = ""
  return (at: number): string => {
    const whole = Math.floor(at / 1000)
    if (whole !== second) {
      second = whole
      text = new Date(whole * 1000).toISOString().slice(0, 19)
    }
    return `${text}.${(at % 1000).toString().padStart(3, "0")}Z`
  }
}

/**
 * Transactions only, made from their index when they are asked for: a million of them cost no memory. For measuring how
 * fast lists are read; what they say has no product records and no balances to agree with.
 */
export const benchSource = (options: BenchOptions): PageSource => {
  const customers = Array.from(
    { length: options.customers },
    (_, index) => `${hex(index + 1, 8)}-0000-4000-8000-${hex(index + 1, 12)}`,
  )
  const places = new Map(customers.map((customerId, index) => [customerId, index]))
  const clock = makeClock()

  const total = (customerId: string, stream: StreamName): number => {
    const place = places.get(customerId)
    if (place === undefined || stream !== "transactions") return 0
    const share = Math.floor(options.transactions / options.customers)
    return share + (place < options.transactions % options.customers ? 1 : 0)
  }

  const textOf = (customerId: string, place: number, index: number): string => {
    const [type, resourceType, direction, currency, reference] = kinds[index & 3] ?? kinds[0]
    const cents = 1_000 + (Math.imul(index + 7, 0x85ebca6b) >>> 12)
    const fee = (index % 97) + 1
    const net = direction === "CREDIT" ? cents - fee : cents + fee
    const at = clock(newest - index * stride)
    return (
      `{"transactionId":"${idOf("a00", place, index)}","customerId":"${customerId}","type":"${type}",` +
      `"direction":"${direction}","currency":"${currency}","network":null,"amount":"${plain(cents)}",` +
      `"fee":"${plain(fee)}","netAmount":"${plain(net)}","status":"COMPLETED","resourceType":"${resourceType}",` +
      `"resourceId":"${idOf("b00", place, index)}","reference":"${reference} ${index}",` +
      `"createdAt":"${at}","updatedAt":"${at}","postedAt":"${at}"}`
    )
  }

  return {
    customers,
    products: (customerId) => (places.has(customerId) ? products : []),
    total,
    slice: (customerId, stream, from, to) => {
      const place = places.get(customerId) ?? 0
      const texts: Array<string> = []
      for (let index = from; index < Math.min(to, total(customerId, stream)); index++) {
        texts.push(textOf(customerId, place, index))
      }
      return texts
    },
    find: (customerId, stream, recordId) => {
      const [, customer, index] = idShape.exec(recordId) ?? []
      const place = places.get(customerId)
      if (place === undefined || customer === undefined || index === undefined) return null
      const at = Number.parseInt(index, 16)
      const own = Number.parseInt(customer, 16) === place && at < total(customerId, stream)
      return own && idOf("a00", place, at) === recordId ? textOf(customerId, place, at) : null
    },
    fault: () => null,
  }
}

/** Hundredths as a plain decimal. */
const plain = (cents: number): string => `${Math.floor(cents / 100)}.${(cents % 100).toString().padStart(2, "0")}`
