import type { Currency } from "./currency.ts"
import type { Customer } from "./customer.ts"
import type { Instant } from "./instant.ts"
import { formatMoney, type Money } from "./money.ts"
import { chanceIn, idIn, type Realm, record } from "./realm.ts"
import { bankAccountId, beneficiaryId, buyerId, collectionWalletId, fiatAccountId, walletId } from "./reference.ts"
import type { Json, Step, Story } from "./story.ts"
import { type Direction, type Leg, netOf, type StatusAt } from "./transaction.ts"
import { drawAddress, drawHash, drawName, drawReference, drawStyle } from "./wording.ts"

/** The streams whose records move one balance once. */
export const oneLegStreams = {
  fiat_deposits: { id: "depositId", resourceType: "fiat_deposit", kind: "fiat", direction: "CREDIT" },
  fiat_withdrawals: { id: "withdrawalId", resourceType: "fiat_withdrawal", kind: "fiat", direction: "DEBIT" },
  crypto_deposits: { id: "depositId", resourceType: "crypto_deposit", kind: "crypto", direction: "CREDIT" },
  crypto_withdrawals: { id: "withdrawalId", resourceType: "crypto_withdrawal", kind: "crypto", direction: "DEBIT" },
  crypto_refunds: { id: "refundId", resourceType: "crypto_refund", kind: "crypto", direction: "DEBIT" },
  collection_payments: { id: "paymentId", resourceType: "collection_payment", kind: "crypto", direction: "CREDIT" },
} as const satisfies Record<string, OneLegRow>

interface OneLegRow {
  readonly id: string
  readonly resourceType: string
  readonly kind: "fiat" | "crypto"
  readonly direction: Direction
}

export type OneLegStream = keyof typeof oneLegStreams

/** A product record with the movements that it should make. */
export interface ProductRecord {
  readonly story: Story
  readonly legs: ReadonlyArray<Leg>
}

export interface Draft {
  readonly key: string
  readonly stream: OneLegStream
  readonly customer: Customer
  readonly currency: Currency
  /** Of a crypto record; the currency's first network when left out. */
  readonly network?: string
  readonly amount: Money
  readonly fee: Money
  /** Only a fault states another net amount than amount and fee make. */
  readonly netAmount?: Money
  /** The first is its creation; COMPLETED sets `completedAt` and, for crypto, `txHash`. */
  readonly life: ReadonlyArray<StatusAt>
  /** Until when a withdrawal holds its money. */
  readonly holdUntil?: Instant
  readonly fields?: Readonly<Record<string, Json>>
  readonly style?: Story["style"]
  readonly visibleFrom?: Instant
  readonly spoil?: Story["spoil"]
}

const counterpart = (realm: Realm, draft: Draft, network: string): Readonly<Record<string, Json>> => {
  const { customer } = draft
  const currency = draft.currency.code
  const chance = chanceIn(realm, `counterpart/${draft.key}`)
  const reference = chance.bool(0.75) ? drawReference(chance) : null
  switch (draft.stream) {
    case "fiat_deposits":
      return {
        fiatAccountId: fiatAccountId(realm, customer, currency),
        reference,
        senderName: chance.bool(0.8) ? drawName(chance) : null,
      }
    case "fiat_withdrawals":
      return { bankAccountId: bankAccountId(realm, customer, currency), reference }
    case "crypto_deposits":
      return {
        walletId: walletId(realm, customer, currency, network),
        fromAddress: chance.bool(0.9) ? drawAddress(chance, network) : null,
      }
    case "crypto_withdrawals":
      return { beneficiaryId: beneficiaryId(realm, customer, currency, network) }
    case "crypto_refunds":
      return {}
    case "collection_payments": {
      const buyer = chance.int(0, 3)
      return {
        buyerId: buyerId(realm, customer, buyer),
        collectionWalletId: collectionWalletId(realm, customer, buyer, currency),
      }
    }
  }
}

const stepsOf = (draft: Draft, txHash: string | null): Array<Step> =>
  draft.life.map(({ at, status }) => ({
    at,
    set: status === "COMPLETED" && txHash !== null ? { status, txHash } : { status },
    stamps: status === "COMPLETED" ? ["completedAt"] : [],
  }))

/** Enters a deposit, withdrawal, refund or payment; its transaction is for the caller to post, or not. */
export const enterMovement = (realm: Realm, draft: Draft): ProductRecord => {
  const row = oneLegStreams[draft.stream]
  const id = idIn(realm, `${draft.stream}/${draft.key}`)
  const chance = chanceIn(realm, `movement/${draft.stream}/${draft.key}`)
  const places = draft.currency.places
  const network = row.kind === "crypto" ? (draft.network ?? draft.currency.networks[0] ?? "") : null
  const netAmount = draft.netAmount ?? netOf(row.direction, draft.amount, draft.fee)
  const createdAt = draft.life[0]?.at ?? realm.start
  const fields: Record<string, Json> = {
    [row.id]: id,
    customerId: draft.customer.customerId,
    currency: draft.currency.code,
    network,
    amount: formatMoney(draft.amount, places),
    fee: formatMoney(draft.fee, places),
    netAmount: formatMoney(netAmount, places),
    ...counterpart(realm, draft, network ?? ""),
    ...draft.fields,
  }
  const story = record(realm, {
    stream: draft.stream,
    customer: draft.customer.index,
    id,
    style: draft.style ?? drawStyle(chance),
    blank: chance.bool(0.5) ? "null" : "absent",
    createdAt,
    visibleFrom: draft.visibleFrom ?? createdAt,
    fields,
    steps: stepsOf(draft, network === null ? null : drawHash(chance, network)),
    ...(draft.holdUntil === undefined
      ? {}
      : { hold: { currency: draft.currency.code, amount: netAmount, until: draft.holdUntil } }),
    ...(draft.spoil === undefined ? {} : { spoil: draft.spoil }),
  })
  const reference = fields.reference
  const leg: Leg = {
    customer: draft.customer,
    type: row.resourceType.toUpperCase(),
    direction: row.direction,
    currency: draft.currency.code,
    places,
    network: network !== null && chance.bool(0.8) ? network : null,
    amount: draft.amount,
    fee: draft.fee,
    netAmount,
    resourceType: row.resourceType,
    resourceId: id,
    reference: typeof reference === "string" && chance.bool(0.7) ? reference : null,
  }
  return { story, legs: [leg] }
}
