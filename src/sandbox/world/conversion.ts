import type { Currency } from "./currency.ts"
import type { Customer } from "./customer.ts"
import { type Instant, minute } from "./instant.ts"
import { floorTo, formatMoney, type Money, times } from "./money.ts"
import type { ProductRecord } from "./movement.ts"
import { chanceIn, idIn, type Realm, record } from "./realm.ts"
import type { Story } from "./story.ts"
import { type Leg, netOf, type StatusAt } from "./transaction.ts"
import { drawStyle } from "./wording.ts"

/** The terms on which a conversion may be made. */
export interface Terms {
  readonly from: Currency
  readonly to: Currency
  readonly fromAmount: Money
  readonly rate: Money
  readonly fee: Money
  readonly feeCurrency: string
  /** Only a fault states another amount than the rate makes. */
  readonly toAmount?: Money
}

/** What the terms give, at the target's last place. */
export const toAmountOf = (terms: Terms): Money =>
  terms.toAmount ?? floorTo(times(terms.fromAmount, terms.rate), terms.to.places)

const termFields = (terms: Terms) => ({
  fromCurrency: terms.from.code,
  toCurrency: terms.to.code,
  fromAmount: formatMoney(terms.fromAmount, terms.from.places),
  toAmount: formatMoney(toAmountOf(terms), terms.to.places),
  rate: formatMoney(terms.rate, 12),
  fee: formatMoney(terms.fee, terms.feeCurrency === terms.from.code ? terms.from.places : terms.to.places),
  feeCurrency: terms.feeCurrency,
})

export interface QuoteDraft {
  readonly key: string
  readonly customer: Customer
  readonly terms: Terms
  readonly createdAt: Instant
  /** When a conversion took it; null leaves it to expire ten minutes after creation. */
  readonly usedAt: Instant | null
  readonly status?: string
  readonly spoil?: NonNullable<Story["spoil"]>
}

/** How long a quote can be taken. */
export const quoteLife = 10 * minute

export const enterQuote = (realm: Realm, draft: QuoteDraft): Story => {
  const id = idIn(realm, `quote/${draft.key}`)
  const chance = chanceIn(realm, `quote/${draft.key}`)
  const style = drawStyle(chance)
  const expiresAt = draft.createdAt + quoteLife
  return record(realm, {
    stream: "conversion_quotes",
    customer: draft.customer.index,
    id,
    style,
    blank: "absent",
    createdAt: draft.createdAt,
    visibleFrom: draft.createdAt,
    fields: { quoteId: id, customerId: draft.customer.customerId, ...termFields(draft.terms) },
    steps: [
      { at: draft.createdAt, set: { status: draft.status ?? "ACTIVE" } },
      ...(draft.status !== undefined
        ? []
        : draft.usedAt === null
          ? [{ at: expiresAt, set: { status: "EXPIRED" } }]
          : [{ at: draft.usedAt, set: { status: "USED" } }]),
    ],
    foretold: { expiresAt },
    ...(draft.spoil === undefined ? {} : { spoil: draft.spoil }),
  })
}

export interface ConversionDraft {
  readonly key: string
  readonly customer: Customer
  readonly terms: Terms
  /** The first is its creation, which must fall within the life of the quote that is entered with it. */
  readonly life: ReadonlyArray<StatusAt>
  readonly holdUntil: Instant
  /** What is unusual about the quote that is entered with it. */
  readonly quote?: Partial<Pick<QuoteDraft, "terms" | "createdAt" | "status" | "spoil">>
  /** Only a fault takes a quote that is not its own; then none is entered. */
  readonly quoteId?: string
}

/** Enters a conversion with the quote that it took, made two minutes before. */
export const enterConversion = (realm: Realm, draft: ConversionDraft): ProductRecord => {
  const { customer, key, terms } = draft
  const createdAt = draft.life[0]?.at ?? realm.start
  const usual = { key, customer, terms, createdAt: createdAt - 2 * minute, usedAt: createdAt }
  const quoteId = draft.quoteId ?? enterQuote(realm, { ...usual, ...draft.quote }).id
  const id = idIn(realm, `conversion/${key}`)
  const chance = chanceIn(realm, `conversion/${key}`)
  const legOf = (direction: Leg["direction"], currency: Currency, amount: Money): Leg => {
    const fee = terms.feeCurrency === currency.code ? terms.fee : 0n
    return {
      customer,
      type: "CONVERSION",
      direction,
      currency: currency.code,
      places: currency.places,
      network: null,
      amount,
      fee,
      netAmount: netOf(direction, amount, fee),
      resourceType: "conversion",
      resourceId: id,
      reference: null,
    }
  }
  const debit = legOf("DEBIT", terms.from, terms.fromAmount)
  const credit = legOf("CREDIT", terms.to, toAmountOf(terms))
  const story = record(realm, {
    stream: "conversions",
    customer: customer.index,
    id,
    style: drawStyle(chance),
    blank: chance.bool(0.5) ? "null" : "absent",
    createdAt,
    visibleFrom: createdAt,
    fields: { conversionId: id, customerId: customer.customerId, quoteId, ...termFields(terms) },
    steps: draft.life.map(({ at, status }) => ({
      at,
      set: { status },
      stamps: status === "COMPLETED" ? ["completedAt"] : [],
    })),
    hold: { currency: terms.from.code, amount: debit.netAmount, until: draft.holdUntil },
  })
  return { story, legs: [debit, credit] }
}
