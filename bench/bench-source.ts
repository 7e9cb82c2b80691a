import type { Product, StreamName } from "../src/api/streams.ts"
import type { PageSource } from "../src/sandbox/server/page-source.ts"

export interface BenchOptions {
  /** At most 65,536: a record's id carries its customer in four hex digits. */
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

/** Four hex digits of every number that has as many: looked up, because a page needs two thousand of them. */
const quads = Array.from({ length: 65_536 }, (_, value) => hex(value, 4))

/** The n-th record's scattered first digits, as real ids have them, and its last ones, which give the index back. */
const headOf = (index: number): string => {
  const scattered = Math.imul(index + 1, 0x9e3779b1)
  return `${quads[scattered >>> 16]}${quads[scattered & 0xffff]}`
}
const tailOf = (index: number): string => `0000${quads[(index >>> 16) & 0xffff]}${quads[index & 0xffff]}`

const idShape = /^[0-9a-f]{8}-([0-9a-f]{4})-4a00-8000-([0-9a-f]{12})$/

/** Hundredths as a plain decimal. */
const plain = (cents: number): string => `${Math.floor(cents / 100)}.${(cents % 100).toString().padStart(2, "0")}`

/** Everything of a record between its customer and its resource, by its kind and one of a thousand amounts. */
const middles = Array.from({ length: 4_096 }, (_, nth) => {
  const [type, resourceType, direction, currency] = kinds[nth & 3] ?? kinds[0]
  const cents = 1_000 + (Math.imul(nth + 7, 0x85ebca6b) >>> 12)
  const fee = (nth % 97) + 1
  const net = direction === "CREDIT" ? cents - fee : cents + fee
  return (
    `","type":"${type}","direction":"${direction}","currency":"${currency}","network":null,"amount":"${plain(cents)}",` +
    `"fee":"${plain(fee)}","netAmount":"${plain(net)}","status":"COMPLETED","resourceType":"${resourceType}",` +
    '"resourceId":"'
  )
})

const fractions = [".000Z", ".250Z", ".500Z", ".750Z"] as const

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
    return text + fractions[(at % 1000) / stride]
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
    const head = headOf(index)
    const tail = tailOf(index)
    const at = clock(newest - index * stride)
    const reference = kinds[index & 3]?.[4]
    const dates = `","createdAt":"${at}","updatedAt":"${at}","postedAt":"${at}"}`
    const resource = `${middles[index & 4_095]}${head}-${quads[place]}-4b00-8000-${tail}","reference":"${reference} ${index}`
    return `{"transactionId":"${head}-${quads[place]}-4a00-8000-${tail}","customerId":"${customerId}${resource}${dates}`
  }

  return {
    customers,
    products: (customerId) => (places.has(customerId) ? products : []),
    total,
    slice: (customerId, stream, from, to) => {
      const place = places.get(customerId) ?? 0
      const end = Math.min(to, total(customerId, stream))
      const texts: Array<string> = []
      for (let index = from; index < end; index++) {
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
      return own && recordId.startsWith(headOf(at)) ? textOf(customerId, place, at) : null
    },
    fault: () => null,
  }
}
