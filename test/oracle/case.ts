import type { Leg } from "./legs.ts"
import { amountOf, type Rules, type Served } from "./lists.ts"

/** One leg of a record and everything that its money test may look at. */
export interface Case {
  readonly record: Served
  readonly leg: Leg
  readonly counted: ReadonlyArray<Served>
  /** Refunds that name the record, of its own customer and currency. */
  readonly refunds: ReadonlyArray<Served>
  readonly now: number
  readonly rules: Rules
}

export const sum = (amounts: ReadonlyArray<bigint>): bigint => amounts.reduce((all, one) => all + one, 0n)

/** What refunds took back. */
export const back = (refunds: ReadonlyArray<Served>): bigint => sum(refunds.map((refund) => amountOf(refund, "amount")))
