import { activeOf } from "../world/customer.ts"
import { lastPlace } from "../world/money.ts"
import { type Leg, netOf, opposite } from "../world/transaction.ts"
import type { BreakCode, Severity } from "./break-code.ts"
import { attempt, candidates, each, type Ground, report } from "./ground.ts"
import {
  plantBothDirections,
  plantFailedCurrency,
  plantSameAmount,
  plantSameFee,
  plantTwins,
} from "./mismatch-near-misses.ts"
import { plantMoneyRows } from "./money-faults.ts"
import {
  completedAt,
  type Planted,
  type Plot,
  pastGrace,
  plant,
  plantConversion,
  postFor,
  postLeg,
  settle,
} from "./planting.ts"

/** Plants a settled record whose only transaction says something else than its movement. */
const plantMismatch = (
  ground: Ground,
  code: BreakCode,
  severity: Severity,
  plot: Omit<Plot, "key">,
  distort: (planted: Planted) => { readonly leg: Leg; readonly why: string } | null,
) =>
  attempt(() => {
    const planted = plant(ground, { ...plot, key: `${code}/${plot.stream}/${plot.currency ?? "any"}` })
    const distorted = distort(planted)
    if (distorted === null) return void settle(ground, planted)
    postFor(ground, planted, completedAt(planted.completedAt), { leg: distorted.leg })
    report(ground, code, severity, planted, distorted.why, pastGrace(planted.completedAt))
  })

/** The same leg with another gross amount; its own arithmetic holds. */
const withAmount = (leg: Leg, amount: Leg["amount"]): Leg => ({
  ...leg,
  amount,
  netAmount: netOf(leg.direction, amount, leg.fee),
})

/** Amounts that differ: by a wei, by cents, and on one leg of a conversion. */
export const plantAmountMismatch = (ground: Ground): void => {
  const code = "LED_AMOUNT_MISMATCH"
  plantSameAmount(ground)
  plantMismatch(ground, code, "high", { stream: "crypto_deposits", currency: "ETH" }, ({ leg }) => ({
    leg: withAmount(leg, leg.amount + 1n),
    why: "one wei more than the deposit",
  }))
  plantMismatch(ground, code, "high", { stream: "fiat_withdrawals" }, ({ leg }) => ({
    leg: withAmount(leg, leg.amount - 7n * lastPlace(leg.places)),
    why: "seven units of the last place less than the withdrawal",
  }))
  const planted = plantConversion(ground, { key: `${code}/conversion` })
  postLeg(ground, planted, planted.debit)
  postLeg(ground, planted, withAmount(planted.credit, planted.credit.amount - lastPlace(planted.credit.places)))
  const why = "the credit leg is one unit of the last place short of toAmount"
  report(ground, code, "high", planted, why, pastGrace(planted.completedAt), { leg: "CREDIT" })
}

/** The balance moved by the right sum, but amount and fee split it otherwise. */
export const plantFeeMismatch = (ground: Ground): void => {
  plantSameFee(ground)
  plantMoneyRows(ground, "LED_FEE_MISMATCH")
  each(["fiat_deposits", "crypto_withdrawals"], (stream) =>
    plantMismatch(ground, "LED_FEE_MISMATCH", "medium", { stream }, ({ leg }) => {
      const fee = leg.fee + 5n * lastPlace(leg.places)
      const amount = leg.direction === "CREDIT" ? leg.netAmount + fee : leg.netAmount - fee
      return { leg: { ...leg, amount, fee }, why: "netAmount agrees, the fee does not" }
    }),
  )
}

/** The same number, in another currency that the customer holds and that can write it. */
export const plantCurrencyMismatch = (ground: Ground): void => {
  plantFailedCurrency(ground)
  each(["fiat_deposits", "crypto_deposits"], (stream) =>
    plantMismatch(ground, "LED_CURRENCY_MISMATCH", "critical", { stream }, ({ customer, currency, leg }) => {
      const other = activeOf(customer, currency.kind).find(
        ({ code, places }) => code !== currency.code && places >= currency.places,
      )
      if (other === undefined) return null
      const why = `posted in ${other.code} instead of ${currency.code}`
      return { leg: { ...leg, currency: other.code, places: other.places }, why }
    }),
  )
}

/** A deposit that was debited and a withdrawal that was credited, for the right net amount. */
export const plantDirectionMismatch = (ground: Ground): void => {
  plantBothDirections(ground)
  each(["fiat_deposits", "crypto_withdrawals"], (stream) =>
    plantMismatch(ground, "LED_DIRECTION_MISMATCH", "critical", { stream }, ({ leg }) => {
      const direction = opposite(leg.direction)
      const amount = direction === "CREDIT" ? leg.netAmount + leg.fee : leg.netAmount - leg.fee
      return { leg: { ...leg, direction, amount }, why: `posted as ${direction}` }
    }),
  )
}

/** Posted to, and listed under, another customer that holds the currency. */
export const plantOwnerMismatch = (ground: Ground): void => {
  plantTwins(ground)
  each(["fiat_deposits", "crypto_withdrawals"], (stream) =>
    plantMismatch(ground, "LED_OWNER_MISMATCH", "critical", { stream }, (planted) => {
      const other = candidates(ground, "core").find(
        (customer) => customer !== planted.customer && customer.active.includes(planted.currency),
      )
      if (other === undefined) return null
      return { leg: { ...planted.leg, customer: other }, why: `posted to customer ${other.customerId}` }
    }),
  )
}
