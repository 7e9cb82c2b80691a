import { type Next, oneOf } from "../support/random.ts"
import { back, feeOf, from, loose, settled, to, tx } from "./postings.ts"
import {
  bankAccount,
  checkout,
  conversion,
  cryptoIn,
  cryptoOut,
  fiatIn,
  fiatOut,
  hashOf,
  merge,
  type Over,
  payment,
  refund,
} from "./rows.ts"
import type { Customer, Lists } from "./world.ts"

/** A customer's record with whatever belongs to it, sound or broken; `other` is somebody else whom it may involve. */
type Case = (who: Customer, id: string, next: Next, other: Customer) => Lists

const amount = (next: Next): string => `${1 + next(900)}${oneOf(next, "", ".5", ".25")}`
const fiat = (next: Next): string => `${amount(next)} ${oneOf(next, "EUR", "USD", "GBP")}`
const crypto = (next: Next): string => `${amount(next)} ${oneOf(next, "USDT TRON", "USDT ETHEREUM", "BTC BITCOIN")}`

const record = (who: Customer, id: string, next: Next, over: Over = {}): Lists => {
  const [make, money] = oneOf(
    next,
    [fiatIn, fiat] as const,
    [fiatOut, fiat] as const,
    [cryptoIn, crypto] as const,
    [cryptoOut, crypto] as const,
  )
  return make(who, id, money(next), { at: `-${5 + next(80)}h`, ...over })
}

const converted = (who: Customer, id: string, over: Parameters<typeof conversion>[5] = {}): Lists =>
  conversion(who, id, "100 EUR", "92 USD", "0.92", over)

const later = { id: "later", at: "-4h" }

/** Of an equal reference, amount and customer. */
const twoDeposits = (who: Customer, id: string, next: Next): Lists => {
  const money = fiat(next)
  return merge(
    settled(fiatIn(who, id, money, { at: "-40h", reference: `INV ${id}` })),
    settled(fiatIn(who, `${id}-x`, money, { at: "-39h", reference: ` inv  ${id}` })),
  )
}

const oneTransferTwice = (who: Customer, id: string, next: Next): Lists => {
  const money = `${amount(next)} USDT TRON`
  return merge(
    settled(cryptoIn(who, id, money, { at: "-40h", txHash: hashOf(id) })),
    settled(cryptoIn(who, `${id}-x`, money, { at: "-30h", txHash: hashOf(id).toUpperCase() })),
  )
}

const refunds = (who: Customer, id: string, deposit: Over, ...amounts: ReadonlyArray<string>): Lists => {
  const came = cryptoIn(who, id, "100 USDT TRON", { at: "-60h", ...deposit })
  return merge(
    deposit.status === "FAILED" ? came : settled(came),
    ...amounts.map((one, nth) =>
      settled(refund(who, `r${nth}-${id}`, `${one} USDT TRON`, { at: `-${30 - nth}h`, originalDepositId: id })),
    ),
  )
}

const paid = (who: Customer, id: string, price: string, paidAmount: string, status: string): Lists =>
  merge(
    checkout(who, `co-${id}`, price, paidAmount, status),
    settled(payment(who, id, "40 USDT TRON", { checkoutId: `co-${id}` })),
  )

const posted = (over: Parameters<typeof tx>[1], ...more: ReadonlyArray<Parameters<typeof tx>[1]>): Case => {
  return (who, id, next) => {
    const one = record(who, id, next)
    return merge(one, ...[over, ...more].map((posting) => tx(one, posting)))
  }
}

const inState =
  (status: string | null, ...postings: ReadonlyArray<Parameters<typeof tx>[1]>): Case =>
  (who, id, next) => {
    const one = record(who, id, next, { status })
    return merge(one, ...postings.map((posting) => tx(one, posting)))
  }

const sound: ReadonlyArray<Case> = [
  posted({}),
  posted({}),
  inState("FAILED"),
  inState("PENDING"),
  (who, id) => settled(converted(who, id)),
  (who, id) => refunds(who, id, { status: "REFUNDED" }, "40", "60"),
  (who, id) => paid(who, id, "40 USDT", "40", "PAID"),
  (who, id, next) => fiatIn(who, id, fiat(next), { at: "-20m" }),
  (who, id, next) => loose(who, id, "FEE", fiat(next), { reference: `fee ${id}` }),
  (who, id) => {
    const apart = fiatOut(who, id, "50 EUR", { fee: "2.5" })
    return merge(apart, tx(apart, { fee: "0" }), feeOf(apart, "2.5 EUR", { at: "-4h" }))
  },
]

const broken: ReadonlyArray<Case> = [
  (who, id, next) => record(who, id, next),
  posted({ amount: "0.5" }),
  posted({}, later),
  posted({ status: "REVERSED" }),
  posted({ status: "PENDING" }),
  posted({ netAmount: "12,50" }),
  posted({ resourceId: 17 }),
  posted({ currency: "DOLLAR" }),
  (who, id, next) => settled(record(who, id, next, { amount: "12,50", netAmount: "12,50" })),
  (who, id, next) => settled(record(who, id, next, { createdAt: "yesterday" })),
  inState("FAILED", {}),
  inState("REVERSED", {}),
  inState("ON_HOLD"),
  inState("ON_HOLD", {}),
  inState(null, {}),
  inState("PROCESSING", {}, later),
  (who, id, next) => record(who, id, next, { status: "PROCESSING", createdAt: "-200h", at: "-200h" }),
  (who, id, next) => tx(record(who, id, next)),
  (who, id, next, other) => {
    const strayed = record(who, id, next)
    return merge(strayed, tx(strayed, { customerId: other.customerId }))
  },
  (who, id, next) => {
    const turned = fiatIn(who, id, fiat(next))
    return merge(turned, tx(turned, { direction: "DEBIT", type: "FIAT_WITHDRAWAL" }))
  },
  (who, id, next) => {
    const crossed = cryptoIn(who, id, `${amount(next)} USDT TRON`)
    return merge(crossed, tx(crossed, { network: "ETHEREUM" }))
  },
  (who, id) => {
    const charged = fiatOut(who, id, "100 EUR", { fee: "1" })
    return merge(charged, tx(charged), feeOf(charged, "1 EUR", { at: "-4h" }))
  },
  (who, id) => {
    const failed = fiatOut(who, id, "100 EUR", { status: "FAILED", fee: "1" })
    return merge(failed, tx(failed), back(failed, { amount: "100" }))
  },
  (who, id, next) => loose(who, id, "ADJUSTMENT", fiat(next)),
  twoDeposits,
  oneTransferTwice,
  (who, id) => settled(converted(who, id, { toAmount: "95" })),
  (who, id) => settled(converted(who, id, { quote: { rate: "0.93" } })),
  (who, id) => from(converted(who, id)),
  (who, id) => merge(converted(who, id), to(converted(who, id))),
  (who, id) => refunds(who, id, {}, "60", "50"),
  (who, id) => refunds(who, id, { status: "FAILED" }, "60"),
  (who, id) => refunds(who, id, { status: "REFUNDED" }, "60"),
  (who, id) => paid(who, id, "40 USDT", "39", "PAID"),
  (who, id) => paid(who, id, "40 USD", "40", "OPEN"),
  (who, id, next, other) =>
    merge(
      bankAccount(other, `ba-${id}`, { currency: "EUR" }),
      settled(fiatOut(who, id, `${amount(next)} EUR`, { bankAccountId: `ba-${id}` })),
    ),
]

/** So many cases of customers in turn, each with an id of its own: `case-3` and what is derived from it. */
export const randomCases = (next: Next, roster: ReadonlyArray<Customer>, count: number): ReadonlyArray<Lists> =>
  Array.from({ length: count }, (_, nth) => {
    const at = next(roster.length)
    const [who, other] = [roster[at], roster[(at + 1) % roster.length]]
    if (who === undefined || other === undefined) throw new Error("there is nobody on the roster")
    const cases = next(3) === 0 ? sound : broken
    return cases[next(cases.length)]?.(who, `case-${nth}`, next, other) ?? {}
  })
