import { minute } from "../world/instant.ts"
import { reversalOf } from "../world/transaction.ts"
import { attempt, each, type Ground, near, report } from "./ground.ts"
import { plantMoneyRows } from "./money-faults.ts"
import {
  completedAt,
  pastGrace,
  plant,
  plantConversion,
  postFor,
  postLeg,
  settle,
  settleConversion,
} from "./planting.ts"

const code = "LED_DUPLICATE_TRANSACTION"

/** Movements that were posted twice; as near misses, one that failed first and one that was done again. */
export const plantDuplicateTransaction = (ground: Ground): void => {
  each(["fiat_deposits", "crypto_withdrawals"], (stream) => {
    const planted = plant(ground, { key: `${code}/${stream}`, stream })
    settle(ground, planted)
    postFor(ground, planted, completedAt(planted.completedAt + 3 * minute), { name: "again" })
    const why = "two posted transactions for one movement"
    report(ground, code, "critical", planted, why, pastGrace(planted.completedAt))
  })
  attempt(() => {
    const conversion = plantConversion(ground, { key: `${code}/conversion` })
    settleConversion(ground, conversion)
    postLeg(ground, conversion, conversion.credit, "CREDIT/again")
    const why = "the credit leg of a conversion was posted twice"
    report(ground, code, "critical", conversion, why, pastGrace(conversion.completedAt), { leg: "CREDIT" })
  })
  plantMoneyRows(ground, code)
  attempt(() => {
    const retried = plant(ground, { key: `${code}/failed-first`, stream: "fiat_withdrawals", takes: 40 * minute })
    const failedAt = retried.completedAt - 10 * minute
    const failed = [
      { at: failedAt - 5 * minute, status: "PENDING" },
      { at: failedAt, status: "FAILED" },
    ]
    postFor(ground, retried, failed, { name: "failed" })
    settle(ground, retried)
    near(ground, code, retried, "one FAILED and one COMPLETED", retried.completedAt)
  })
  attempt(() => {
    const redone = plant(ground, { key: `${code}/redone`, stream: "crypto_deposits", takes: 40 * minute })
    const undoneAt = redone.completedAt + 5 * minute
    const first = [...completedAt(redone.completedAt), { at: undoneAt, status: "REVERSED" }]
    postFor(ground, redone, first, { name: "first" })
    postFor(ground, redone, completedAt(undoneAt), { name: "reversal", leg: reversalOf(redone.leg) })
    postFor(ground, redone, completedAt(undoneAt + minute), { name: "second" })
    const why = "a reversal pair and one COMPLETED: the movement happened once"
    near(ground, code, redone, why, undoneAt + minute)
  })
}
