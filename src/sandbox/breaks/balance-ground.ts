import { followCourse, settledCourse } from "../world/course.ts"
import type { Currency } from "../world/currency.ts"
import type { Customer } from "../world/customer.ts"
import { type Instant, minute } from "../world/instant.ts"
import type { Money } from "../world/money.ts"
import { enterMovement } from "../world/movement.ts"
import { candidates, type Ground, needed, takePair } from "./ground.ts"

/** A customer's currency that one balance fault, or one near miss, has to itself. */
export interface Pair {
  readonly customer: Customer
  readonly currency: Currency
}

/** As the balance checks name it. */
export const nameOf = ({ customer, currency }: Pair): string => `${customer.customerId}/${currency.code}`

/** A pair for a near miss; where a world has few customers, their pairs are left to the faults. */
export const takeNearPair = (ground: Ground, key: string, which: "active" | "spare"): Pair => {
  needed(candidates(ground, "core")[1])
  return takePair(ground, `near/${key}`, which)
}

export const depositStreamOf = ({ kind }: Currency) => (kind === "fiat" ? "fiat_deposits" : "crypto_deposits")

/** A deposit or a withdrawal in a pair's own currency, posted when it is completed. */
export const move = (ground: Ground, key: string, pair: Pair, way: "in" | "out", amount: Money, at: Instant) => {
  const { kind } = pair.currency
  const stream = `${kind}_${way === "in" ? "deposits" : "withdrawals"}` as const
  const course = settledCourse(at - 30 * minute, at)
  const record = enterMovement(ground.realm, { key, stream, ...pair, amount, fee: 0n, life: course.product })
  followCourse(ground.realm, key, record, course)
}
