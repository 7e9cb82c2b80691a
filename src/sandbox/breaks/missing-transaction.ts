import { minute } from "../world/instant.ts"
import { each, eachNight, type Ground, near, report } from "./ground.ts"
import { plantThirdFee } from "./money-faults.ts"
import { completedAt, pastGrace, plant, plantConversion, postFor, postLeg } from "./planting.ts"

const code = "LED_MISSING_TRANSACTION"

/** Settled records without their transaction, on both directions and on either leg of a conversion. */
export const plantMissingTransaction = (ground: Ground): void => {
  each(["fiat_withdrawals", "crypto_deposits", "collection_payments"], (stream) => {
    const planted = plant(ground, { key: `${code}/${stream}`, stream })
    const severity = planted.leg.direction === "DEBIT" ? "critical" : "high"
    const why = `settled in ${stream}, and no transaction names it`
    report(ground, code, severity, planted, why, pastGrace(planted.completedAt))
  })
  each(["DEBIT", "CREDIT"], (leg) => {
    const planted = plantConversion(ground, { key: `${code}/conversion/${leg}` })
    postLeg(ground, planted, leg === "DEBIT" ? planted.credit : planted.debit)
    const severity = leg === "DEBIT" ? "critical" : "high"
    const why = `a completed conversion posted one leg only; its ${leg} is missing`
    report(ground, code, severity, planted, why, pastGrace(planted.completedAt), { leg })
  })
  plantThirdFee(ground)
  eachNight(ground, (night, nth) => {
    const createdAt = night - 45 * minute
    const key = `${code}/in-flight/${nth}`
    const planted = plant(ground, { key, stream: "fiat_deposits", createdAt, takes: 25 * minute })
    const until = night + 10 * minute
    postFor(ground, planted, completedAt(until))
    const why = "completed 20 minutes before the night: its transaction may still come"
    near(ground, code, planted, why, planted.completedAt, { until })
  })
  each(["REJECTED", "CANCELLED"], (status) => {
    const { start } = ground.realm
    const life = [
      { at: start, status: "PENDING_APPROVAL" },
      { at: start + 30 * minute, status },
    ]
    const planted = plant(ground, { key: `${code}/void/${status}`, stream: "crypto_withdrawals", life })
    near(ground, code, planted, `${status}: nothing should move`, start)
  })
}
