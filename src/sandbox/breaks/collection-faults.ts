import { enterCheckout } from "../world/checkout.ts"
import { day, hour, type Instant, minute } from "../world/instant.ts"
import { lastPlace, type Money } from "../world/money.ts"
import { idIn } from "../world/realm.ts"
import type { StatusAt } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { chanceFor, earlyMoment, type Ground } from "./ground.ts"
import { type Planted, type Plot, pastGrace, plant, settle } from "./planting.ts"

const total = "COLL_CHECKOUT_TOTAL"
const standing = "COLL_STATUS"
const expiry = "COLL_AFTER_EXPIRY"

const checkoutIdOf = (ground: Ground, key: string): string => idIn(ground.realm, `checkout/${key}`)

const styleOf = (ground: Ground, key: string) => drawStyle(chanceFor(ground, `style/${key}`))

/** A payment for the checkout of that key, in the checkout's own style; settled and posted unless it has a life of its own. */
const pay = (
  ground: Ground,
  key: string,
  name: string,
  createdAt: Instant,
  plot: Partial<Plot> = {},
): Planted | null => {
  const fields = { checkoutId: checkoutIdOf(ground, key) }
  const { draft, ...others } = plot
  const planted = plant(ground, {
    key: `${key}/${name}`,
    stream: "collection_payments",
    createdAt,
    ...others,
    draft: { fields, style: styleOf(ground, key), ...draft },
  })
  if (planted !== null && plot.life === undefined) settle(ground, planted)
  return planted
}

interface Sale {
  readonly key: string
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** What the checkout says was paid, and when; null where it noticed nothing. */
  readonly paid: Money | null
}

/** The checkout of a payment, for exactly its amount. */
const sell = (ground: Ground, payment: Planted, { createdAt, expiresAt, key, paid }: Sale) =>
  enterCheckout(ground.realm, {
    key,
    customer: payment.customer,
    currency: payment.currency,
    amount: payment.leg.amount,
    createdAt,
    expiresAt,
    style: styleOf(ground, key),
    paid: paid === null ? [] : [{ at: payment.completedAt, amount: paid }],
    ...(paid === null ? { status: "OPEN" } : {}),
  })

/** Checkouts that say something else than their payments. */
export const plantCheckoutTotal = (ground: Ground): void => {
  for (const noticed of [true, false]) {
    const key = `${total}/${noticed ? "more" : "nothing"}`
    const createdAt = earlyMoment(ground, key)
    const payment = pay(ground, key, "payment", createdAt + 10 * minute)
    if (payment === null) continue
    const paid = noticed ? payment.leg.amount + lastPlace(payment.currency.places) : null
    const checkout = sell(ground, payment, { key, createdAt, expiresAt: createdAt + day, paid })
    ground.faults.push({
      code: total,
      recordId: checkout.id,
      severity: "high",
      why: noticed ? "paidAmount is one unit of the last place more than was paid" : "paidAmount is still zero",
      from: pastGrace(payment.completedAt),
    })
  }
  plantSettledAlone(ground)
}

/** A checkout with a payment that counts, one that failed, and one in another currency. */
const plantSettledAlone = (ground: Ground) => {
  const key = `${total}/alone`
  const createdAt = earlyMoment(ground, key)
  const payment = pay(ground, key, "payment", createdAt + 10 * minute)
  if (payment === null) return
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
  ground.nearMisses.push({
    code: total,
    recordId: checkout.id,
    why: "one payment counts, another FAILED, a third is in another currency",
    from: pastGrace(Math.max(failedAt, payment.completedAt)),
  })
}

/** Checkouts whose status says something else than what was paid, and one that was given up half paid. */
export const plantCheckoutStatus = (ground: Ground): void => {
  for (const says of ["PAID", "OPEN", "EXPIRED"] as const) {
    const key = `${standing}/${says}`
    const createdAt = earlyMoment(ground, key)
    const payment = pay(ground, key, "payment", createdAt + 10 * minute)
    if (payment === null) continue
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
    const [recordId, from] = [checkout.id, pastGrace(at)]
    if (says === "EXPIRED") ground.nearMisses.push({ code: standing, recordId, why: "EXPIRED with half", from })
    else {
      const why = says === "PAID" ? "PAID with half" : "OPEN, though all is paid"
      ground.faults.push({ code: standing, recordId, severity: "high", why, from })
    }
  }
}

/** Payments that came too late, and one that was only completed too late. */
export const plantAfterExpiry = (ground: Ground): void => {
  for (const late of [2 * minute, 5 * hour]) {
    const key = `${expiry}/${late / minute}`
    const createdAt = earlyMoment(ground, key)
    const expiresAt = createdAt + hour
    const payment = pay(ground, key, "payment", expiresAt + late)
    if (payment === null) continue
    sell(ground, payment, { key, createdAt, expiresAt, paid: payment.leg.amount })
    ground.faults.push({
      code: expiry,
      recordId: payment.record.story.id,
      severity: "medium",
      why: `created ${late / minute} min after its checkout had expired`,
      from: expiresAt + late,
    })
  }
  const key = `${expiry}/in-time`
  const createdAt = earlyMoment(ground, key)
  const expiresAt = createdAt + hour
  const payment = pay(ground, key, "payment", expiresAt - 10 * minute, { takes: 30 * minute })
  if (payment === null) return
  sell(ground, payment, { key, createdAt, expiresAt, paid: payment.leg.amount })
  const recordId = payment.record.story.id
  const why = "created before its checkout expired, completed after"
  ground.nearMisses.push({ code: expiry, recordId, why, from: payment.completedAt })
}
