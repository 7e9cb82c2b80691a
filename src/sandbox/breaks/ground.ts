import type { Product, StreamName } from "../../api/streams.ts"
import type { RowChange } from "../world/balance.ts"
import type { Chance } from "../world/chance.ts"
import type { Currency } from "../world/currency.ts"
import type { Customer } from "../world/customer.ts"
import { day, hour, type Instant } from "../world/instant.ts"
import { chanceIn, type Realm } from "../world/realm.ts"
import type { Story } from "../world/story.ts"
import type { BreakCode, Severity } from "./break-code.ts"

/** A night that asks, and the nights before it, in order, whose books the same reader has kept. */
export interface Night {
  readonly now: Instant
  readonly earlier: ReadonlyArray<Instant>
}

/** What a check must report at every instant from `from` until before `until`. */
export interface Fault {
  readonly code: BreakCode
  /** A story instead of an id: the record's id cannot be read, so its position stands for it. */
  readonly recordId: string | Story
  readonly leg?: "DEBIT" | "CREDIT" | "FEE"
  readonly severity: Severity
  readonly why: string
  readonly from: Instant
  readonly until?: Instant
  /** Only a night that saw this of the nights before it can find it. */
  readonly when?: (night: Night) => boolean
  /** Only a night that follows another one can find it: after an opening seen at `unseenAt`. */
  readonly unseenAt?: { readonly from: Instant; readonly before: Instant }
}

/** What a check must stay silent about although it looks much like a fault. */
export interface NearMiss {
  readonly code: BreakCode
  readonly recordId: string
  readonly why: string
  readonly from: Instant
  readonly until?: Instant
  /** Only to a night that saw this of the nights before it does it look like a fault. */
  readonly when?: (night: Night) => boolean
}

/** Where breaks are planted: places that do not disturb each other, and the notebook for the answer key. */
export interface Ground {
  readonly realm: Realm
  readonly faults: Array<Fault>
  readonly nearMisses: Array<NearMiss>
  /** By customer index, then currency. */
  readonly rowChanges: Map<number, Map<string, RowChange>>
  /** Partitions that the server refuses. */
  readonly refused: Array<{ readonly customer: Customer; readonly stream: StreamName }>
  /** Streams for which the credentials lack the scope. */
  readonly denied: Array<StreamName>
  /** Customers on the partner's roster whom the API does not know. */
  readonly strangers: Array<Customer>
  /** Customers without any record whom the API knows, and who are on the partner's roster on the first night alone. */
  readonly leavers: Array<Customer>
  /**
   * The instants at which a night is expected: every whole day after the start. What must look young, or in flight, on
   * a night is planted before each of them, so that a record seen on one night is still there on the next.
   */
  readonly nights: ReadonlyArray<Instant>
  readonly unreadableIds: boolean
  readonly takenPairs: Set<string>
}

/** Customers with a product where faults may be planted. */
export const candidates = (ground: Ground, product: Product): ReadonlyArray<Customer> =>
  ground.realm.customers.filter((customer) => customer.products.includes(product))

/** Draws one of them, or null where a small world has none. */
export const chooseCustomer = (ground: Ground, key: string, product: Product): Customer | null => {
  const pool = candidates(ground, product)
  return pool.length === 0 ? null : chanceIn(ground.realm, `place/${key}`).pick(pool)
}

export const chanceFor = (ground: Ground, key: string): Chance => chanceIn(ground.realm, `break/${key}`)

/** An instant on the second or third day: long past by any night that is worth reconciling, yet after the float. */
export const earlyMoment = (ground: Ground, key: string): Instant =>
  ground.realm.start + day + chanceFor(ground, `moment/${key}`).int(0, 36 * hour)

/** A customer's currency for a BAL fault alone; null when all are taken. */
export const takePair = (
  ground: Ground,
  key: string,
  which: "active" | "spare",
): { readonly customer: Customer; readonly currency: Currency } | null => {
  const pool = candidates(ground, "core").flatMap((customer) =>
    customer[which]
      .map((currency) => ({ customer, currency }))
      .filter((pair) => !ground.takenPairs.has(pairName(pair.customer, pair.currency.code))),
  )
  if (pool.length === 0) return null
  const pair = chanceFor(ground, `pair/${key}`).pick(pool)
  ground.takenPairs.add(pairName(pair.customer, pair.currency.code))
  return pair
}

/**
 * A currency in which a customer trades and no balance is wrong, so that a transaction which cannot be read hides nothing there; null when
 * there is none.
 */
export const calmCurrency = (
  ground: Ground,
  key: string,
  customer: Customer,
  kind?: Currency["kind"],
): Currency | null => {
  const calm = customer.active.filter(
    (currency) =>
      (kind === undefined || currency.kind === kind) && !ground.takenPairs.has(pairName(customer, currency.code)),
  )
  return calm.length === 0 ? null : chanceFor(ground, `calm/${key}`).pick(calm)
}

const pairName = (customer: Customer, currency: string): string => `${customer.index}/${currency}`

export const changeRow = (ground: Ground, customer: Customer, currency: string, change: RowChange): void => {
  const rows = ground.rowChanges.get(customer.index) ?? new Map<string, RowChange>()
  ground.rowChanges.set(customer.index, rows.set(currency, change))
}
