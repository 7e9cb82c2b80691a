import { amountOf, classOf, currencyOf, productLists, type Rules, type Served, textOf } from "./lists.ts"

export type LegName = "DEBIT" | "CREDIT" | "FEE" | null

/** One sum that a record's state speaks of: what its own customer must have gained or lost in one currency. */
export interface Leg {
  readonly leg: LegName
  readonly direction: "CREDIT" | "DEBIT"
  readonly currency: string
  /** Signed: a debit is below zero. */
  readonly net: bigint
  /** The most that an open record may have moved, unsigned. */
  readonly most: bigint
  readonly fee: bigint
}

const larger = (one: bigint, other: bigint): bigint => (one - other > 0n ? one : other)

const leg = (
  name: LegName,
  direction: "CREDIT" | "DEBIT",
  currency: string,
  net: bigint,
  gross: bigint,
  fee: bigint,
): Leg => ({
  leg: name,
  direction,
  currency,
  net: direction === "CREDIT" ? net : -net,
  most: larger(net, gross),
  fee,
})

export const legsOf = (record: Served, rules: Rules): ReadonlyArray<Leg> => {
  const fee = amountOf(record, "fee")
  const direction = productLists[record.stream]?.direction ?? "both"
  if (direction !== "both") {
    const net = amountOf(record, "netAmount")
    return [leg(null, direction, currencyOf(record, rules), net, amountOf(record, "amount"), fee)]
  }
  const [from, to] = [currencyOf(record, rules, "fromCurrency"), currencyOf(record, rules, "toCurrency")]
  const [given, gained] = [amountOf(record, "fromAmount"), amountOf(record, "toAmount")]
  const charged = currencyOf(record, rules, "feeCurrency")
  const onDebit = charged === from ? fee : 0n
  const onCredit = charged === to && charged !== from ? fee : 0n
  return [
    leg("DEBIT", "DEBIT", from, given + onDebit, given, onDebit),
    leg("CREDIT", "CREDIT", to, gained - onCredit, gained, onCredit),
    ...(charged === from || charged === to || fee === 0n ? [] : [leg("FEE", "DEBIT", charged, fee, fee, 0n)]),
  ]
}

/**
 * The leg to whose money a transaction belongs: the one of its currency; where two share it, the one of its direction; in
 * a currency of none, a fee belongs to the fee and everything else to the leg of its direction.
 */
export const legOfTransaction = (
  one: Served,
  record: Served,
  legs: ReadonlyArray<Leg>,
  rules: Rules,
): Leg | undefined => {
  if (legs.length === 1) return legs[0]
  const same = legs.filter((candidate) => candidate.currency === currencyOf(one, rules))
  if (same.length === 1) return same[0]
  const named = (name: LegName) => legs.find((candidate) => candidate.leg === name)
  // Of a record that moves nothing both sides of one currency make one sum.
  if (same.length > 1 && ["void", "undone"].includes(classOf(record))) return named("CREDIT")
  if (same.length === 0 && textOf(one, "type") === "FEE" && named("FEE") !== undefined) return named("FEE")
  return named(textOf(one, "direction") === "DEBIT" ? "DEBIT" : "CREDIT")
}
