import { floorTo, formatMoney, lastPlace, type Money, money } from "../world/money.ts"
import type { Posting } from "./posting.ts"

/** A line of the books as it stands in their CSV: every value is text. */
export interface BookLine {
  readonly lineId: string
  readonly booked: string
  readonly customerId: string
  readonly currency: string
  readonly amount: string
  /** Names a transaction; empty for none. */
  readonly reference: string
  readonly text: string
}

/** The line that an honest bookkeeper writes. */
export const lineOf = (posting: Posting): BookLine => ({
  lineId: `E-${posting.transactionId}`,
  booked: posting.postedAt,
  customerId: posting.customerId,
  currency: posting.currency,
  amount: posting.signed,
  reference: posting.transactionId,
  text: "booked from the portal",
})

const placesOf = (signed: string): number => signed.split(".")[1]?.length ?? 0

const unitsOf = (signed: string): Money => (signed.startsWith("-") ? -money(signed.slice(1)) : money(signed))

/** The amount with so many units of its last place more. */
export const withMore = (signed: string, lastPlaces: number): string =>
  formatMoney(unitsOf(signed) + lastPlace(placesOf(signed)) * BigInt(lastPlaces), placesOf(signed))

/** The amount in two parts; null where it is too small for two. */
export const inTwo = (signed: string): readonly [part: string, rest: string] | null => {
  const places = placesOf(signed)
  const part = floorTo(unitsOf(signed) / 3n, places)
  return part === 0n ? null : [formatMoney(part, places), formatMoney(unitsOf(signed) - part, places)]
}
