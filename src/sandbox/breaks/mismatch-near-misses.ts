import { activeOf } from "../world/customer.ts"
import { minute } from "../world/instant.ts"
import type { WorldRecord } from "../world/story.ts"
import { reversalOf, type StatusAt } from "../world/transaction.ts"
import { drawReference } from "../world/wording.ts"
import type { BreakCode } from "./break-code.ts"
import { attempt, candidates, chanceFor, each, type Ground, near, needed } from "./ground.ts"
import { completedAt, type Planted, plant, postFor, settle } from "./planting.ts"

/** Its money in all the decimals that the contract allows: "10.50" as "10.500000000000000000". */
const longHand = (text: string): string => {
  const [whole = "0", decimals = ""] = text.split(".")
  return `${whole}.${decimals.padEnd(18, "0")}`
}

/** Its money without the zeros that say nothing: "10.50" as "10.5", "1.00" as "1". */
const shortHand = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text)

const rewritten =
  (write: (text: string) => string) =>
  (record: WorldRecord): WorldRecord => ({
    ...record,
    amount: write(String(record.amount)),
    fee: write(String(record.fee)),
    netAmount: write(String(record.netAmount)),
  })

/** Transactions that state the sums of their records in other digits. */
const plantOtherDigits = (ground: Ground, code: BreakCode): void =>
  each(
    [
      ["fiat_deposits", longHand, "the transaction writes the same sums with 18 decimals"],
      ["crypto_withdrawals", shortHand, "the transaction writes the same sums without the last zeros"],
    ],
    ([stream, write, why]) => {
      const planted = plant(ground, { key: `${code}/digits/${stream}`, stream })
      postFor(ground, planted, completedAt(planted.completedAt), { spoil: rewritten(write) })
      near(ground, code, planted, why, planted.completedAt)
    },
  )

export const plantSameAmount = (ground: Ground): void => plantOtherDigits(ground, "LED_AMOUNT_MISMATCH")

export const plantSameFee = (ground: Ground): void => plantOtherDigits(ground, "LED_FEE_MISMATCH")

/** A transaction that failed ten minutes before the record settled. */
const failedBefore = (planted: Planted): ReadonlyArray<StatusAt> => [
  { at: planted.completedAt - 9 * minute, status: "PENDING" },
  { at: planted.completedAt - 8 * minute, status: "FAILED" },
]

/** A deposit whose transaction FAILED in another currency and was then COMPLETED in its own. */
export const plantFailedCurrency = (ground: Ground): void =>
  attempt(() => {
    const code = "LED_CURRENCY_MISMATCH"
    const planted = plant(ground, { key: `${code}/failed`, stream: "fiat_deposits", takes: 40 * minute })
    settle(ground, planted)
    const { completedAt: from, currency, customer, leg } = planted
    const other = needed(
      activeOf(customer, "fiat").find(({ code, places }) => code !== currency.code && places >= leg.places),
    )
    const wrong = { ...leg, currency: other.code, places: other.places }
    postFor(ground, planted, failedBefore(planted), { name: "failed", leg: wrong })
    const why = `a transaction in ${other.code} FAILED, and the one in ${currency.code} was COMPLETED`
    near(ground, code, planted, why, from)
  })

/** A deposit beside whose credit a debit FAILED, and a withdrawal that was debited, given back, and debited again. */
export const plantBothDirections = (ground: Ground): void => {
  const code = "LED_DIRECTION_MISMATCH"
  attempt(
    () => {
      const deposit = plant(ground, { key: `${code}/failed`, stream: "fiat_deposits", takes: 40 * minute })
      postFor(ground, deposit, failedBefore(deposit), { name: "failed", leg: reversalOf(deposit.leg) })
      settle(ground, deposit)
      near(ground, code, deposit, "a debit FAILED, and the credit was COMPLETED", deposit.completedAt)
    },
    () => {
      const withdrawal = plant(ground, { key: `${code}/redone`, stream: "crypto_withdrawals", takes: 40 * minute })
      const undoneAt = withdrawal.completedAt - 5 * minute
      const first = [...completedAt(undoneAt - 5 * minute), { at: undoneAt, status: "REVERSED" }]
      postFor(ground, withdrawal, first, { name: "first" })
      postFor(ground, withdrawal, completedAt(undoneAt), { name: "reversal", leg: reversalOf(withdrawal.leg) })
      postFor(ground, withdrawal, completedAt(withdrawal.completedAt), { name: "second" })
      const why = "a credit took back the first debit, and a second debit followed"
      near(ground, code, withdrawal, why, withdrawal.completedAt)
    },
  )
}

/** Two customers with a deposit of the same amount, reference and instant, each with a transaction of its own. */
export const plantTwins = (ground: Ground): void =>
  attempt(() => {
    const code = "LED_OWNER_MISMATCH"
    const key = `${code}/twin`
    const reference = drawReference(chanceFor(ground, key))
    const stream = "fiat_deposits"
    const takes = 30 * minute
    const fields = { reference }
    const enter = (twin: Planted) =>
      postFor(ground, twin, completedAt(twin.completedAt), { leg: { ...twin.leg, reference } })
    const one = plant(ground, { key, stream, takes, draft: { fields } })
    enter(one)
    const { createdAt } = one.record.story
    const other = plant(ground, {
      ...{ key: `${key}/other`, stream, currency: one.currency.code, createdAt, takes },
      customer: needed(
        candidates(ground, "fiat").find(
          (candidate) => candidate !== one.customer && candidate.active.includes(one.currency),
        ),
      ),
      draft: { amount: one.leg.amount, fee: one.leg.fee, fields },
    })
    enter(other)
    for (const twin of [one, other]) {
      const why = "another customer has a deposit of the same amount and reference"
      near(ground, code, twin, why, twin.completedAt)
    }
  })
