import { enterCheckout } from "../world/checkout.ts"
import type { Customer } from "../world/customer.ts"
import { day, hour, type Instant, minute } from "../world/instant.ts"
import { lastPlace, type Money } from "../world/money.ts"
import { idIn } from "../world/realm.ts"
import type { StatusAt } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { attempt, candidates, chanceFor, each, earlyMoment, type Ground, near, needed, report } from "./ground.ts"
import { type Planted, type Plot, pastGrace, plant, settle } from "./planting.ts"

const missing = "COLL_CHECKOUT_MISSING"
const total = "COLL_CHECKOUT_TOTAL"
const standing = "COLL_STATUS"
const expiry = "COLL_AFTER_EXPIRY"

const checkoutIdOf = (ground: Ground, key: string): string => idIn(ground.realm, `checkout/${key}`)

const styleOf = (ground: Ground, key: string) => drawStyle(chanceFor(ground, `style/${key}`))

/** A payment for the checkout of that key, in the checkout's own style; settled and posted unless it has a life of its own. */
const pay = (ground: Ground, key: string, name: string, createdAt: Instant, plot: Partial<Plot> = {}): Planted => {
  const fields = { checkoutId: checkoutIdOf(ground, key) }
  const { draft, ...others } = plot
  const planted = plant(ground, {
    key: `${key}/${name}`,
    stream: "collection_payments",
    createdAt,
    ...others,
    draft: { fields, style: styleOf(ground, key), ...draft },
  })
  if (plot.life === undefined) settle(ground, planted)
  return planted
}

interface Sale {
  readonly key: string
  /** Whose it is; the payment's where nothing is said. */
  readonly customer?: Customer
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** What the checkout says was paid, and when; null where it noticed nothing. */
  readonly paid: Money | null
}

/** The checkout of a payment, for exactly its amount. */
const sell = (
  ground: Ground,
  payment: Planted,
  { createdAt, customer = payment.customer, expiresAt, key, paid }: Sale,
) =>
  enterCheckout(ground.realm, {
    key,
    customer,
    currency: payment.currency,
    amount: payment.leg.amount,
    createdAt,
    expiresAt,
    style: styleOf(ground, key),
    paid: paid === null ? [] : [{ at: payment.completedAt, amount: paid }],
    ...(paid === null ? { status: "OPEN" } : {}),
  })

/** Payments of checkouts that are nowhere, or another customer's. */
export const plantCheckoutMissing = (ground: Ground): void => {
  attempt(
    () => {
      const key = `${missing}/nowhere`
      const payment = pay(ground, key, "payment", earlyMoment(ground, key))
      report(ground, missing, "high", payment, "no list has its checkout", pastGrace(payment.record.story.createdAt))
    },
    () => {
      const [one, other] = candidates(ground, "collection")
      const customer = needed(other)
      const key = `${missing}/foreign`
      const createdAt = earlyMoment(ground, key)
      const payment = pay(ground, key, "payment", createdAt + 10 * minute, { customer: needed(one) })
      sell(ground, payment, { key, customer, createdAt, expiresAt: createdAt + day, paid: null })
      const why = "its checkout belongs to another customer"
      report(ground, missing, "high", payment, why, pastGrace(payment.record.story.createdAt))
    },
    () => {
      const key = `${missing}/closed`
      const createdAt = earlyMoment(ground, key)
      const payment = pay(ground, key, "payment", createdAt + 10 * minute)
      const checkout = sell(ground, payment, { key, createdAt, expiresAt: createdAt + day, paid: payment.leg.amount })
      checkout.steps.push({ at: payment.completedAt, set: { status: "CLOSED" } })
      near(ground, missing, payment, "its checkout is there, and says CLOSED", payment.completedAt)
    },
  )
}

/** Checkouts that say something else than their payments. */
export const plantCheckoutTotal = (ground: Ground): void => {
  each([true, false], (noticed) => {
    const key = `${total}/${noticed ? "more" : "nothing"}`
    const createdAt = earlyMoment(ground, key)
    const payment = pay(ground, key, "payment", createdAt + 10 * minute)
    const paid = noticed ? payment.leg.amount + lastPlace(payment.currency.places) : null
    const checkout = sell(ground, payment, { key, createdAt, expiresAt: createdAt + day, paid })
    const why = noticed ? "paidAmount is one unit of the last place more than was paid" : "paidAmount is still zero"
    report(ground, total, "high", checkout, why, pastGrace(payment.completedAt))
  })
  attempt(() => plantSettledAlone(ground))
}

/** A checkout with a payment that counts, one that failed, and one in another currency. */
const plantSettledAlone = (ground: Ground) => {
  const key = `${total}/alone`
  const createdAt = earlyMoment(ground, key)
  const payment = pay(ground, key, "payment", createdAt + 10 * minute)
  const { currency, customer } = payment
  const failedAt = createdAt + hour
  const life: ReadonlyArray<StatusAt> = [
    { at: createdAt + 5 * minute, status: "PENDING" },
    { at: failedAt, status: "FAILED" },
  ]
  pay(ground, key, "failed", createdAt + 5 * minute, { customer, currency: currency.code, life })
  const other = customer.active.find(({ code, kind }) => kind === "crypto" && code !== currency.code)
  if (other !== undefined) pay(ground, key, "other", createdAt + 15 * minute, { customer, currency: other.code })
  const checkout = sell(ground, payment, { key, createdAt, expiresAt: createdAt + day, paid: payment.leg.amount })
  const why = "one payment counts, another FAILED, a third is in another currency"
  near(ground, total, checkout, why, pastGrace(Math.max(failedAt, payment.completedAt)))
}

/** Checkouts whose status says something else than what was paid, and one that was given up half paid. */
export const plantCheckoutStatus = (ground: Ground): void =>
  each(["PAID", "OPEN", "EXPIRED"], (says) => {
    const key = `${standing}/${says}`
    const createdAt = earlyMoment(ground, key)
    const payment = pay(ground, key, "payment", createdAt + 10 * minute)
    const { amount } = payment.leg
    const checkout = enterCheckout(ground.realm, {
      key,
      customer: payment.customer,
      currency: payment.currency,
      amount: says === "OPEN" ? amount : amount * 2n,
      createdAt,
      expiresAt: createdAt + day,
      style: styleOf(ground, key),
      paid: [{ at: payment.completedAt, amount }],
    })
    const at = says === "EXPIRED" ? createdAt + day : payment.completedAt
    checkout.steps.push({ at, set: { status: says } })
    if (says === "EXPIRED") return near(ground, standing, checkout, "EXPIRED with half", pastGrace(at))
    const why = says === "PAID" ? "PAID with half" : "OPEN, though all is paid"
    report(ground, standing, "high", checkout, why, pastGrace(at))
  })

/** Payments that came too late, and one that was only completed too late. */
export const plantAfterExpiry = (ground: Ground): void => {
  /** A checkout that expires after an hour, paid so long after that. */
  const payAfter = (name: string | number, late: number, plot: Partial<Plot> = {}): Planted => {
    const key = `${expiry}/${name}`
    const createdAt = earlyMoment(ground, key)
    const expiresAt = createdAt + hour
    const payment = pay(ground, key, "payment", expiresAt + late, plot)
    sell(ground, payment, { key, createdAt, expiresAt, paid: payment.leg.amount })
    return payment
  }
  each([2 * minute, 5 * hour], (late) => {
    const payment = payAfter(late / minute, late)
    const why = `created ${late / minute} min after its checkout had expired`
    report(ground, expiry, "medium", payment, why, payment.record.story.createdAt)
  })
  const payment = payAfter("in-time", -10 * minute, { takes: 30 * minute })
  near(ground, expiry, payment, "created before its checkout expired, completed after", payment.completedAt)
}
