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

/** What the answer key names: a record by its id, what was planted by its record, or anything by its name. */
type Subject = string | { readonly id: string } | { readonly record: { readonly story: { readonly id: string } } }

const nameOf = (subject: Subject): string => {
  if (typeof subject === "string") return subject
  return "record" in subject ? subject.record.story.id : subject.id
}

/** Enters in the answer key what a check must report. */
export const report = (
  { faults }: Ground,
  code: BreakCode,
  severity: Severity,
  of: Subject,
  why: string,
  from: Instant,
  more: Pick<Fault, "leg" | "until" | "when" | "unseenAt"> = {},
): void => void faults.push({ code, recordId: nameOf(of), severity, why, from, ...more })

/** Enters in the answer key what a check must stay silent about. */
export const near = (
  { nearMisses }: Ground,
  code: BreakCode,
  of: Subject,
  why: string,
  from: Instant,
  more: Pick<NearMiss, "until" | "when"> = {},
): void => void nearMisses.push({ code, recordId: nameOf(of), why, from, ...more })

/** A world is too small for a break: whoever plants it gives up, and what stands by itself is planted all the same. */
class NoPlace extends Error {}

export const noPlace = (): never => {
  throw new NoPlace()
}

/** What a break cannot be planted without. */
export const needed = <A>(place: A | null | undefined): A => place ?? noPlace()

/** Plants each of them where the world has a place for it. */
export const attempt = (...planters: ReadonlyArray<() => void>): void => {
  for (const plant of planters) {
    try {
      plant()
    } catch (error) {
      if (!(error instanceof NoPlace)) throw error
    }
  }
}

/** Plants something for every night, where the world has a place for it. */
export const eachNight = (ground: Ground, plant: (night: Instant, nth: number) => void): void =>
  attempt(...ground.nights.map((night, nth) => () => plant(night, nth)))

/** Plants something for each of several, where the world has a place for it. */
export const each = <const A>(all: ReadonlyArray<A>, plant: (one: A) => void): void =>
  attempt(...all.map((one) => () => plant(one)))

/** Customers with a product where faults may be planted. */
export const candidates = (ground: Ground, product: Product): ReadonlyArray<Customer> =>
  ground.realm.customers.filter((customer) => customer.products.includes(product))

/** Draws one of them. */
export const chooseCustomer = (ground: Ground, key: string, product: Product): Customer => {
  const pool = candidates(ground, product)
  needed(pool[0])
  return chanceIn(ground.realm, `place/${key}`).pick(pool)
}

export const chanceFor = (ground: Ground, key: string): Chance => chanceIn(ground.realm, `break/${key}`)

/** An instant on the second or third day: long past by any night that is worth reconciling, yet after the float. */
export const earlyMoment = (ground: Ground, key: string): Instant =>
  ground.realm.start + day + chanceFor(ground, `moment/${key}`).int(0, 36 * hour)

/** A customer's currency for a BAL fault alone. */
export const takePair = (
  ground: Ground,
  key: string,
  which: "active" | "spare",
): { readonly customer: Customer; readonly currency: Currency } => {
  const pool = candidates(ground, "core").flatMap((customer) =>
    customer[which]
      .map((currency) => ({ customer, currency }))
      .filter((pair) => !ground.takenPairs.has(pairName(pair.customer, pair.currency.code))),
  )
  needed(pool[0])
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
