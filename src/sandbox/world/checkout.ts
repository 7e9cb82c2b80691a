import type { Chance } from "./chance.ts"
import { drawCourse, followCourse } from "./course.ts"
import { type Currency, drawAmount, drawFee } from "./currency.ts"
import type { Customer } from "./customer.ts"
import { day, hour, type Instant, minute } from "./instant.ts"
import { floorTo, formatMoney, type Money } from "./money.ts"
import { enterMovement } from "./movement.ts"
import type { Purse } from "./purse.ts"
import { chanceIn, idIn, type Realm, record } from "./realm.ts"
import type { Step, Story } from "./story.ts"
import { drawStyle } from "./wording.ts"

interface CheckoutDraft {
  readonly key: string
  readonly customer: Customer
  readonly currency: Currency
  readonly amount: Money
  readonly createdAt: Instant
  readonly expiresAt: Instant
  readonly style: Story["style"]
  /** What is paid from which instant on, in the order of time. */
  readonly paid: ReadonlyArray<{ readonly at: Instant; readonly amount: Money }>
  readonly status?: string
}

const stepsOf = (draft: CheckoutDraft): Array<Step> => {
  const { places } = draft.currency
  const steps: Array<Step> = [
    { at: draft.createdAt, set: { status: draft.status ?? "OPEN", paidAmount: formatMoney(0n, places) } },
  ]
  let total = 0n
  for (const { at, amount } of draft.paid) {
    total += amount
    const status = total >= draft.amount ? "PAID" : "PARTIALLY_PAID"
    steps.push({ at, set: { status, paidAmount: formatMoney(total, places) } })
  }
  // One lone payment too little leaves a checkout partially paid for good; of several, the rest is given up at expiry.
  if (draft.status !== undefined || total >= draft.amount) return steps
  if (total === 0n) steps.push({ at: draft.expiresAt, set: { status: "EXPIRED" } })
  else if (draft.paid.length > 1) steps.push({ at: draft.expiresAt, set: { status: "CLOSED" } })
  return steps
}

/** Enters a checkout alone. Its payments must share its style, so that both change at the same stated instant. */
export const enterCheckout = (realm: Realm, draft: CheckoutDraft): Story => {
  const id = idIn(realm, `checkout/${draft.key}`)
  return record(realm, {
    stream: "checkouts",
    customer: draft.customer.index,
    id,
    style: draft.style,
    blank: "null",
    createdAt: draft.createdAt,
    visibleFrom: draft.createdAt,
    fields: {
      checkoutId: id,
      customerId: draft.customer.customerId,
      currency: draft.currency.code,
      amount: formatMoney(draft.amount, draft.currency.places),
    },
    foretold: { expiresAt: draft.expiresAt },
    steps: stepsOf(draft),
  })
}

/** A checkout with up to three payments, all created and settled before it expires. */
export const liveCheckout = (
  realm: Realm,
  chance: Chance,
  customer: Customer,
  purse: Purse,
  at: Instant,
  key: string,
) => {
  const currency = chance.pick(customer.active.filter(({ kind }) => kind === "crypto"))
  const amount = drawAmount(chance, currency, 20, 3000)
  const style = drawStyle(chanceIn(realm, `checkout-style/${key}`))
  const checkoutId = idIn(realm, `checkout/${key}`)
  const parts = chance.pick([0, 1, 1, 1, 2, 3])
  const share = floorTo(amount / BigInt(parts + 1), currency.places)
  const paid: Array<{ at: Instant; amount: Money }> = []
  let left = amount
  for (let part = 0; part < parts; part++) {
    const complete = part === parts - 1 && chance.bool(0.8)
    const due = complete ? left : share
    left -= due
    const createdAt = at + chance.int(2 * minute, 10 * hour)
    const name = `${key}/${part}`
    const course = drawCourse(chance, "collection_payments", createdAt)
    const payment = enterMovement(realm, {
      key: name,
      stream: "collection_payments",
      customer,
      currency,
      amount: due,
      fee: drawFee(chance, currency, due),
      life: course.product,
      fields: { checkoutId },
      style,
    })
    followCourse(realm, name, payment, course)
    const completed = course.product.find(({ status }) => status === "COMPLETED")
    const leg = payment.legs[0]
    if (completed !== undefined && leg !== undefined) {
      paid.push({ at: completed.at, amount: due })
      purse.receive(currency.code, course.holdUntil, leg.netAmount)
    }
  }
  enterCheckout(realm, {
    key,
    customer,
    currency,
    amount,
    createdAt: at,
    expiresAt: at + chance.int(1, 3) * day,
    style,
    paid: paid.sort((one, other) => one.at - other.at),
  })
}
