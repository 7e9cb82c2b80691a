import { back, type Case } from "./case.ts"
import type { Leg } from "./legs.ts"
import { amountOf, classOf, currencyOf, type Lists, mayNameKind, productLists, reading, type Served } from "./lists.ts"

/*
 * What a record that cannot be read leaves open: a verdict is unproven only where some value of the unreadable fields could
 * change it.
 */

const may = (entry: Served, field: string, value: string): boolean => {
  const said = reading(entry, field)
  return said === undefined || said === value
}

/** Whether a refused transaction may be posted and belong to this leg. */
export const mayTouch = ({ leg, record, rules }: Case, legs: ReadonlyArray<Leg>, one: Served): boolean => {
  const [status, amount, currency] = ["status", "netAmount", "currency"].map((field) => reading(one, field))
  if (status === "PENDING" || status === "FAILED") return false
  if (typeof amount === "string" && amountOf(one, "netAmount") === 0n) return false
  const resourceType = productLists[record.stream]?.resourceType ?? ""
  if (!mayNameKind(one, resourceType) || !may(one, "resourceId", record.id)) return false
  const isHere = currency === undefined || currencyOf(one, rules) === leg.currency
  if (reading(one, "resourceId") === record.id) {
    return isHere || !legs.some((other) => other.currency === currencyOf(one, rules))
  }
  const type = reading(one, "type")
  const allowed = type === undefined || ["FEE", "ADJUSTMENT", resourceType.toUpperCase()].includes(type ?? "")
  return one.customerId === record.customerId && allowed && isHere
}

/** Whether a refund that cannot be read, or whose status is outside the contract, may change what is left of an undone record. */
export const refundsInDoubt = (one: Case, lists: Lists): boolean => {
  const { record, rules } = one
  const listed = productLists[record.stream]?.refunds
  if (listed === undefined || classOf(record) !== "undone") return false
  if (lists.unread.has(`${record.customerId}/${listed.stream}`)) return true
  if (back(one.refunds.filter((refund) => classOf(refund) === "unknown")) !== 0n) return true
  return lists.refused.some((refund) => {
    const currency = reading(refund, "currency")
    return (
      refund.stream === listed.stream &&
      refund.customerId === record.customerId &&
      may(refund, listed.field, record.id) &&
      (reading(refund, "status") === undefined || !["void", "undone"].includes(classOf(refund))) &&
      (currency === undefined || currencyOf(refund, rules) === one.leg.currency)
    )
  })
}
