import { type ConversionDraft, enterConversion, type Terms, toAmountOf } from "../world/conversion.ts"
import { followCourse, settledCourse } from "../world/course.ts"
import { type Currency, drawAmount, drawRate } from "../world/currency.ts"
import { activeOf, type Customer } from "../world/customer.ts"
import { hour, type Instant, minute } from "../world/instant.ts"
import { floorTo } from "../world/money.ts"
import { type Draft, enterMovement, type OneLegStream, oneLegStreams, type ProductRecord } from "../world/movement.ts"
import type { Story } from "../world/story.ts"
import { type Leg, post, type StatusAt, unreferencedLeg } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { chanceFor, chooseCustomer, earlyMoment, type Ground, needed, noPlace } from "./ground.ts"

/** A product record entered for a fault or a near miss; what its transactions do is up to the one who planted it. */
export interface Planted {
  readonly key: string
  readonly customer: Customer
  readonly currency: Currency
  readonly record: ProductRecord
  readonly leg: Leg
  readonly completedAt: Instant
}

/** By when an expected counterpart is overdue: the grace of an hour, and the instant after it. */
export const pastGrace = (at: Instant): Instant => at + hour + 1

export interface Plot {
  /** Unique among everything planted. */
  readonly key: string
  readonly stream: OneLegStream
  readonly customer?: Customer
  /** A currency code that the customer must trade in. */
  readonly currency?: string
  readonly createdAt?: Instant
  /** How long it takes from creation to completion. */
  readonly takes?: number
  /** Instead of "pending, then completed". */
  readonly life?: ReadonlyArray<StatusAt>
  readonly draft?: Partial<Draft>
}

const productOf = (stream: OneLegStream) =>
  stream === "collection_payments" ? "collection" : oneLegStreams[stream].kind

const drawPlace = (ground: Ground, plot: Plot): Pick<Planted, "customer" | "currency"> => {
  const { kind } = oneLegStreams[plot.stream]
  for (let attempt = 0; attempt < 50; attempt++) {
    const key = `${plot.key}/${attempt}`
    const customer = plot.customer ?? chooseCustomer(ground, key, productOf(plot.stream))
    const currencies = activeOf(customer, kind).filter(({ code }) => code === (plot.currency ?? code))
    if (currencies.length > 0) return { customer, currency: chanceFor(ground, key).pick(currencies) }
  }
  return noPlace()
}

/** The deposit that a planted refund sends back. */
const plantOriginal = (ground: Ground, plot: Plot, draft: Draft): string => {
  const { realm } = ground
  const createdAt = (draft.life[0]?.at ?? realm.start) - 20 * hour
  const course = settledCourse(createdAt, createdAt + hour)
  const key = `planted/original/${plot.key}`
  const original = enterMovement(realm, {
    key,
    stream: "crypto_deposits",
    customer: draft.customer,
    currency: draft.currency,
    amount: draft.amount * 3n,
    fee: 0n,
    life: course.product,
  })
  followCourse(realm, key, original, course)
  return original.story.id
}

/** Enters a product record that is settled, unless the plot says otherwise. */
export const plant = (ground: Ground, plot: Plot): Planted => {
  const { customer, currency } = drawPlace(ground, plot)
  const chance = chanceFor(ground, plot.key)
  const createdAt = plot.createdAt ?? earlyMoment(ground, plot.key)
  const completedAt = createdAt + (plot.takes ?? chance.int(10, 50) * minute)
  const amount = drawAmount(chance, currency, 20, 400)
  const life = plot.life ?? [
    { at: createdAt, status: "PENDING" },
    { at: completedAt, status: "COMPLETED" },
  ]
  const draft: Draft = {
    key: `planted/${plot.key}`,
    stream: plot.stream,
    customer,
    currency,
    amount,
    fee: floorTo(amount / 200n, currency.places),
    life,
    ...plot.draft,
  }
  const needsOriginal = plot.stream === "crypto_refunds" && draft.fields?.originalDepositId === undefined
  const fields = needsOriginal ? { originalDepositId: plantOriginal(ground, plot, draft) } : {}
  const record = enterMovement(ground.realm, { ...draft, fields: { ...fields, ...draft.fields } })
  return { key: plot.key, customer, currency, record, leg: needed(record.legs[0]), completedAt }
}

/** Posts a transaction for what was planted: the leg itself, or one that a fault has changed. */
export const postFor = (
  ground: Ground,
  planted: Planted,
  life: ReadonlyArray<StatusAt>,
  options: { readonly leg?: Leg; readonly name?: string; readonly spoil?: NonNullable<Draft["spoil"]> } = {},
) =>
  post(ground.realm, options.leg ?? planted.leg, {
    key: `planted/${planted.key}/${options.name ?? "only"}`,
    style: planted.record.story.style,
    life,
    ...(options.spoil === undefined ? {} : { spoil: options.spoil }),
  })

/** What a fee takes from whom, naming no resource. */
export const loneFee = (ground: Ground, key: string, reference: string | null = null): Leg => {
  const customer = chooseCustomer(ground, key, "core")
  const chance = chanceFor(ground, key)
  const currency = chance.pick(customer.active)
  const amount = drawAmount(chance, currency, 1, 9)
  return unreferencedLeg({ customer, type: "FEE", direction: "DEBIT", amount, reference }, currency)
}

/** A fee that names no resource, with the life that is given. */
export const plantLoneFee = (
  ground: Ground,
  key: string,
  life: ReadonlyArray<StatusAt>,
  visibleFrom?: Instant,
): Story => {
  const leg = loneFee(ground, key)
  const style = drawStyle(chanceFor(ground, `style/${key}`))
  return post(ground.realm, leg, { key, style, life, ...(visibleFrom === undefined ? {} : { visibleFrom }) })
}

/** Lets a record say something else in one of its fields. */
export const saying =
  (field: string, value: string | null): NonNullable<Draft["spoil"]> =>
  (record) => ({ ...record, [field]: value })

/** Completed and posted at once. */
export const completedAt = (at: Instant): ReadonlyArray<StatusAt> => [{ at, status: "COMPLETED" }]

/** Posts the transaction of what was planted, when it is completed. */
export const settle = (ground: Ground, planted: Planted) => postFor(ground, planted, completedAt(planted.completedAt))

export interface PlantedConversion {
  readonly key: string
  readonly customer: Customer
  readonly terms: Terms
  readonly record: ProductRecord
  readonly debit: Leg
  readonly credit: Leg
  readonly completedAt: Instant
}

export interface ConversionPlot {
  /** Unique among everything planted. */
  readonly key: string
  readonly customer?: Customer
  readonly createdAt?: Instant
  readonly life?: ReadonlyArray<StatusAt>
  /** Changes the terms that were drawn. */
  readonly terms?: (drawn: Terms) => Terms
  /** What is unusual about its quote. */
  readonly quote?: (terms: Terms, createdAt: Instant) => NonNullable<ConversionDraft["quote"]>
  readonly quoteId?: string
}

/** Enters a conversion with its quote; its two transactions are up to the one who planted it. */
export const plantConversion = (ground: Ground, plot: ConversionPlot): PlantedConversion => {
  const customer = plot.customer ?? chooseCustomer(ground, plot.key, "conversion")
  const chance = chanceFor(ground, plot.key)
  const from = chance.pick(customer.active)
  const to = chance.pick(customer.active.filter(({ code }) => code !== from.code))
  const createdAt = plot.createdAt ?? earlyMoment(ground, plot.key)
  const fromAmount = drawAmount(chance, from, 100, 400)
  const draft: Terms = { from, to, fromAmount, rate: drawRate(chance, from, to), fee: 0n, feeCurrency: from.code }
  const fee = floorTo(toAmountOf(draft) / 400n, to.places)
  const life = plot.life ?? [{ at: createdAt, status: "PENDING" }, ...completedAt(createdAt + 10 * minute)]
  const completed = life.find(({ status }) => status === "COMPLETED")?.at
  const drawn = { ...draft, fee, feeCurrency: to.code }
  const terms = plot.terms === undefined ? drawn : plot.terms(drawn)
  const record = enterConversion(ground.realm, {
    key: `planted/${plot.key}`,
    customer,
    terms,
    life,
    holdUntil: completed ?? Number.POSITIVE_INFINITY,
    ...(plot.quote === undefined ? {} : { quote: plot.quote(terms, createdAt) }),
    ...(plot.quoteId === undefined ? {} : { quoteId: plot.quoteId }),
  })
  const [debit, credit] = [needed(record.legs[0]), needed(record.legs[1])]
  return { key: plot.key, customer, terms, record, debit, credit, completedAt: completed ?? createdAt }
}

/** Whose quote, and for what, that no conversion takes. */
export const drawQuoteTerms = (ground: Ground, key: string) => {
  const customer = chooseCustomer(ground, key, "conversion")
  const [from, to] = [needed(customer.active[0]), needed(customer.active[1])]
  const chance = chanceFor(ground, key)
  const fromAmount = drawAmount(chance, from, 50, 200)
  const terms: Terms = { from, to, fromAmount, rate: drawRate(chance, from, to), fee: 0n, feeCurrency: from.code }
  return { customer, terms }
}

export const postLeg = (ground: Ground, planted: PlantedConversion, leg: Leg, name: string = leg.direction) =>
  post(ground.realm, leg, {
    key: `planted/${planted.key}/${name}`,
    style: planted.record.story.style,
    life: completedAt(planted.completedAt),
  })

/** Posts both legs of a conversion, when it is completed. */
export const settleConversion = (ground: Ground, planted: PlantedConversion): void => {
  postLeg(ground, planted, planted.debit)
  postLeg(ground, planted, planted.credit)
}
