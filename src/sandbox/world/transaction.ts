import type { Customer } from "./customer.ts"
import type { Instant, TimeStyle } from "./instant.ts"
import { formatMoney, type Money } from "./money.ts"
import { chanceIn, idIn, type Realm, record } from "./realm.ts"
import type { Story } from "./story.ts"

export type Direction = "CREDIT" | "DEBIT"

/** What one leg of a product record should do to a balance; also the content of the transaction that does it. */
export interface Leg {
  readonly customer: Customer
  readonly type: string
  readonly direction: Direction
  readonly currency: string
  readonly places: number
  readonly network: string | null
  readonly amount: Money
  readonly fee: Money
  readonly netAmount: Money
  readonly resourceType: string | null
  readonly resourceId: string | null
  readonly reference: string | null
}

/** A movement that names no product record and carries no fee. */
export const unreferencedLeg = (
  said: Pick<Leg, "customer" | "type" | "direction" | "amount" | "reference">,
  currency: { readonly code: string; readonly places: number },
): Leg => ({
  ...said,
  currency: currency.code,
  places: currency.places,
  network: null,
  fee: 0n,
  netAmount: said.amount,
  resourceType: null,
  resourceId: null,
})

/** Contract, PartnerTransaction: amount − fee for a CREDIT, amount + fee for a DEBIT. */
export const netOf = (direction: Direction, amount: Money, fee: Money): Money =>
  direction === "CREDIT" ? amount - fee : amount + fee

export const opposite = (direction: Direction): Direction => (direction === "CREDIT" ? "DEBIT" : "CREDIT")

export interface StatusAt {
  readonly at: Instant
  readonly status: string
}

/** How a transaction is entered: the name it gets its id from, its life, and when the API begins to list it. */
export interface Entry {
  readonly key: string
  readonly style: TimeStyle
  /** The first is its creation. COMPLETED sets `postedAt`; REVERSED keeps it. */
  readonly life: ReadonlyArray<StatusAt>
  readonly visibleFrom?: Instant
  readonly spoil?: Story["spoil"]
}

/** Enters the transaction of a leg. An empty life enters none: `life` must have a first status. */
export const post = (realm: Realm, leg: Leg, entry: Entry): Story => {
  const key = `transaction/${entry.key}`
  const chance = chanceIn(realm, key)
  const id = idIn(realm, key)
  const first = entry.life[0]
  if (first === undefined) throw new RangeError(`the transaction ${entry.key} has no life`)
  const posted = entry.life.find(({ status }) => status === "COMPLETED")
  return record(realm, {
    stream: "transactions",
    customer: leg.customer.index,
    id,
    style: entry.style,
    blank: chance.bool(0.5) ? "null" : "absent",
    createdAt: first.at,
    visibleFrom: entry.visibleFrom ?? first.at,
    fields: {
      transactionId: id,
      customerId: leg.customer.customerId,
      type: leg.type,
      direction: leg.direction,
      currency: leg.currency,
      network: leg.network,
      amount: formatMoney(leg.amount, leg.places),
      fee: formatMoney(leg.fee, leg.places),
      netAmount: formatMoney(leg.netAmount, leg.places),
      resourceType: leg.resourceType,
      resourceId: leg.resourceId,
      reference: leg.reference,
    },
    steps: entry.life.map(({ at, status }) => ({
      at,
      set: { status },
      stamps: status === "COMPLETED" ? ["postedAt"] : [],
    })),
    posting: {
      currency: leg.currency,
      signed: leg.direction === "CREDIT" ? leg.netAmount : -leg.netAmount,
      at: posted?.at ?? null,
    },
    ...(chance.bool(0.1) ? { extra: { channel: chance.pick(["API", "DASHBOARD"]) } } : {}),
    ...(entry.spoil === undefined ? {} : { spoil: entry.spoil }),
  })
}

/** The leg that undoes another: the other direction, the same balance effect, no fee of its own. */
export const reversalOf = (leg: Leg): Leg => ({
  ...leg,
  direction: opposite(leg.direction),
  amount: leg.netAmount,
  fee: 0n,
})
