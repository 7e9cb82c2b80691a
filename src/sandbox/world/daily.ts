import type { Product } from "../../api/streams.ts"
import type { Chance } from "./chance.ts"
import { liveCheckout } from "./checkout.ts"
import { enterConversion, enterQuote, toAmountOf } from "./conversion.ts"
import { drawCourse, followCourse } from "./course.ts"
import { type Currency, drawAmount, drawFee, drawRate, worth } from "./currency.ts"
import { activeOf, type Customer } from "./customer.ts"
import { day, hour, type Instant, minute } from "./instant.ts"
import { floorTo, type Money } from "./money.ts"
import { enterMovement, type OneLegStream, oneLegStreams, type ProductRecord } from "./movement.ts"
import { emptyPurse, type Purse } from "./purse.ts"
import { chanceIn, type Realm } from "./realm.ts"
import { post, unreferencedLeg } from "./transaction.ts"
import { drawReference, drawStyle } from "./wording.ts"

/** One customer's state while its days are told. */
interface Life {
  readonly realm: Realm
  readonly customer: Customer
  readonly purse: Purse
  /** Settled crypto deposits that may still be sent back. */
  readonly refundable: Array<Refundable>
}

interface Refundable {
  readonly deposit: ProductRecord
  readonly currency: Currency
  readonly network: string
  readonly from: Instant
  readonly amount: Money
  /** What no refund was asked for yet. */
  left: Money
  /** What settled refunds took back. */
  sentBack: Money
}

interface Moment {
  readonly key: string
  readonly at: Instant
  readonly chance: Chance
}

/** Takes a share of what can be spent, or null when there is too little to bother. */
const affordable = (life: Life, moment: Moment, currency: Currency): Money | null => {
  const spendable = life.purse.spendable(currency.code, moment.at)
  if (spendable < worth(currency, 40)) return null
  const share = floorTo((spendable * BigInt(moment.chance.int(2, 22))) / 100n, currency.places)
  const most = worth(currency, 40_000)
  if (share > most) return most
  return share
}

const deposit = (stream: OneLegStream) => (life: Life, moment: Moment) => {
  const { chance, at, key } = moment
  const currency = chance.pick(activeOf(life.customer, oneLegStreams[stream].kind))
  const amount = drawAmount(chance, currency, 30, 20_000)
  const course = drawCourse(chance, stream, at)
  const network = currency.kind === "crypto" ? chance.pick(currency.networks) : ""
  const record = enterMovement(life.realm, {
    key,
    stream,
    customer: life.customer,
    currency,
    ...(network !== "" && stream === "crypto_deposits" ? { network } : {}),
    amount,
    fee: drawFee(chance, currency, amount),
    life: course.product,
  })
  followCourse(life.realm, key, record, course)
  const leg = record.legs[0]
  if (course.outcome !== "settled" || leg === undefined) return
  life.purse.receive(currency.code, course.holdUntil, leg.netAmount)
  if (stream === "crypto_deposits") {
    life.refundable.push({
      deposit: record,
      currency,
      network,
      from: course.holdUntil,
      amount,
      left: amount,
      sentBack: 0n,
    })
  }
}

const withdrawal = (stream: OneLegStream) => (life: Life, moment: Moment) => {
  const { chance, at } = moment
  const currency = chance.pick(activeOf(life.customer, oneLegStreams[stream].kind))
  const amount = affordable(life, moment, currency)
  if (amount === null) return
  pay(life, moment, { stream, currency, amount, at })
}

interface Payment {
  readonly stream: OneLegStream
  readonly currency: Currency
  readonly amount: Money
  readonly at: Instant
  readonly network?: string
  readonly originalDepositId?: string
}

const pay = (life: Life, { chance, key }: Moment, payment: Payment) => {
  const { stream, currency, amount } = payment
  const course = drawCourse(chance, stream, payment.at)
  const record = enterMovement(life.realm, {
    key,
    stream,
    customer: life.customer,
    currency,
    ...(payment.network === undefined ? {} : { network: payment.network }),
    amount,
    fee: drawFee(chance, currency, amount),
    life: course.product,
    holdUntil: course.holdUntil,
    ...(payment.originalDepositId === undefined ? {} : { fields: { originalDepositId: payment.originalDepositId } }),
  })
  followCourse(life.realm, key, record, course)
  const total = record.legs[0]?.netAmount ?? 0n
  life.purse.spend(currency.code, total)
  const end = course.product.at(-1)
  if (course.outcome !== "settled" && end !== undefined) life.purse.receive(currency.code, end.at, total)
  return { course, record }
}

const refund = (life: Life, moment: Moment) => {
  const ready = life.refundable.filter((one) => one.from <= moment.at && one.left > 0n)
  if (ready.length === 0) return
  const chosen = moment.chance.pick(ready)
  const whole = moment.chance.bool(0.4)
  const amount = whole ? chosen.left : floorTo(chosen.left / 3n, chosen.currency.places)
  if (amount === 0n || life.purse.spendable(chosen.currency.code, moment.at) < amount * 2n) return
  chosen.left -= amount
  const { course } = pay(life, moment, {
    stream: "crypto_refunds",
    currency: chosen.currency,
    amount,
    at: moment.at,
    network: chosen.network,
    originalDepositId: chosen.deposit.story.id,
  })
  const end = course.product.at(-1)
  if (course.outcome !== "settled" || end === undefined) return
  chosen.sentBack += amount
  // A part that was asked for in vain still stands.
  if (chosen.sentBack === chosen.amount) chosen.deposit.story.steps.push({ at: end.at, set: { status: "REFUNDED" } })
}

const drawTerms = (life: Life, moment: Moment) => {
  const { chance } = moment
  const from = chance.pick(life.customer.active)
  const to = chance.pick(life.customer.active.filter(({ code }) => code !== from.code))
  const fromAmount = affordable(life, moment, from)
  if (fromAmount === null) return null
  const terms = { from, to, fromAmount, rate: drawRate(chance, from, to), fee: 0n, feeCurrency: from.code }
  const toAmount = toAmountOf(terms)
  if (toAmount === 0n) return null
  return chance.bool(0.5)
    ? { ...terms, fee: drawFee(chance, from, fromAmount) }
    : { ...terms, fee: drawFee(chance, to, toAmount), feeCurrency: to.code }
}

const conversion = (life: Life, moment: Moment) => {
  const { key, at, chance } = moment
  const { customer, realm, purse } = life
  const terms = drawTerms(life, moment)
  if (terms === null) return
  const course = drawCourse(chance, "conversions", at)
  const record = enterConversion(realm, { key, customer, terms, life: course.product, holdUntil: course.holdUntil })
  followCourse(realm, key, record, course)
  const [debit, credit] = record.legs
  if (debit === undefined || credit === undefined) return
  purse.spend(debit.currency, debit.netAmount)
  if (course.outcome === "settled") purse.receive(credit.currency, course.holdUntil, credit.netAmount)
  else purse.receive(debit.currency, course.holdUntil, debit.netAmount)
}

const unusedQuote = (life: Life, moment: Moment) => {
  const terms = drawTerms(life, moment)
  if (terms === null) return
  enterQuote(life.realm, { key: moment.key, customer: life.customer, terms, createdAt: moment.at, usedAt: null })
}

const checkout = (life: Life, { chance, at, key }: Moment) =>
  liveCheckout(life.realm, chance, life.customer, life.purse, at, key)

/** A fee that names no product record. What names none and is no fee is a fault, and planted as one. */
const loneFee = (life: Life, moment: Moment) => {
  const { chance, at, key } = moment
  const currency = chance.pick(life.customer.active)
  const amount = drawAmount(chance, currency, 1, 25)
  if (life.purse.spendable(currency.code, at) < amount) return
  life.purse.spend(currency.code, amount)
  const pending = chance.bool(0.3) ? [{ at, status: "PENDING" }] : []
  const postedAt = pending.length > 0 ? at + chance.int(minute, 30 * hour) : at
  const reference = chance.bool(0.5) ? drawReference(chance) : null
  post(
    life.realm,
    unreferencedLeg({ customer: life.customer, type: "FEE", direction: "DEBIT", amount, reference }, currency),
    { key, style: drawStyle(chance), life: [...pending, { at: postedAt, status: "COMPLETED" }] },
  )
}

interface Habit {
  readonly name: string
  readonly product: Product
  /** How often a day, on average. */
  readonly rate: number
  readonly act: (life: Life, moment: Moment) => void
}

/** What customers do, and how often. */
const habits: ReadonlyArray<Habit> = [
  { name: "fiat-deposit", product: "fiat", rate: 1.0, act: deposit("fiat_deposits") },
  { name: "fiat-withdrawal", product: "fiat", rate: 0.6, act: withdrawal("fiat_withdrawals") },
  { name: "crypto-deposit", product: "crypto", rate: 0.8, act: deposit("crypto_deposits") },
  { name: "crypto-withdrawal", product: "crypto", rate: 0.5, act: withdrawal("crypto_withdrawals") },
  { name: "crypto-refund", product: "crypto", rate: 0.12, act: refund },
  { name: "conversion", product: "conversion", rate: 0.7, act: conversion },
  { name: "unused-quote", product: "conversion", rate: 0.25, act: unusedQuote },
  { name: "checkout", product: "collection", rate: 0.3, act: checkout },
  { name: "payment", product: "collection", rate: 0.25, act: deposit("collection_payments") },
  { name: "fee", product: "core", rate: 0.04, act: loneFee },
]

/** Tells every day of a customer's life, each day's acts in the order of time, so that nothing is spent before it came. */
export const liveDaily = (realm: Realm, customer: Customer): void => {
  const life: Life = { realm, customer, purse: emptyPurse(), refundable: [] }
  const own = habits.filter(({ product }) => customer.products.includes(product))
  for (let date = realm.start; date < realm.end; date += day) {
    const today = own.flatMap((habit) => {
      const name = `${customer.index}/${habit.name}/${(date - realm.start) / day}`
      const chance = chanceIn(realm, `habit/${name}`)
      const times = Math.floor(habit.rate) + (chance.bool(habit.rate % 1) ? 1 : 0)
      return Array.from({ length: times }, (_, nth) => ({
        habit,
        key: `${name}/${nth}`,
        at: date + chance.int(0, day - 1),
      }))
    })
    for (const { habit, key, at } of today.sort((one, other) => one.at - other.at)) {
      habit.act(life, { key, at, chance: chanceIn(realm, `act/${key}`) })
    }
  }
}
