import { minute } from "../world/instant.ts"
import type { Ground } from "./ground.ts"
import { plantThirdFee } from "./money-faults.ts"
import { completedAt, pastGrace, plant, plantConversion, postFor, postLeg } from "./planting.ts"

const code = "LED_MISSING_TRANSACTION"

/** Settled records without their transaction, on both directions and on either leg of a conversion. */
export const plantMissingTransaction = (ground: Ground): void => {
  for (const stream of ["fiat_withdrawals", "crypto_deposits", "collection_payments"] as const) {
    const planted = plant(ground, { key: `${code}/${stream}`, stream })
    if (planted === null) continue
    ground.faults.push({
      code,
      recordId: planted.record.story.id,
      severity: planted.leg.direction === "DEBIT" ? "critical" : "high",
      why: `settled in ${stream}, and no transaction names it`,
      from: pastGrace(planted.completedAt),
    })
  }
  for (const missing of ["DEBIT", "CREDIT"] as const) {
    const planted = plantConversion(ground, { key: `${code}/conversion/${missing}` })
    if (planted === null) continue
    postLeg(ground, planted, missing === "DEBIT" ? planted.credit : planted.debit)
    ground.faults.push({
      code,
      recordId: planted.record.story.id,
      leg: missing,
      severity: missing === "DEBIT" ? "critical" : "high",
      why: `a completed conversion posted one leg only; its ${missing} is missing`,
      from: pastGrace(planted.completedAt),
    })
  }
  plantThirdFee(ground)
  plantNearMisses(ground)
}

const plantNearMisses = (ground: Ground) => {
  ground.nights.forEach((night, nth) => {
    const createdAt = night - 45 * minute
    const key = `${code}/in-flight/${nth}`
    const planted = plant(ground, { key, stream: "fiat_deposits", createdAt, takes: 25 * minute })
    if (planted === null) return
    postFor(ground, planted, completedAt(night + 10 * minute))
    ground.nearMisses.push({
      code,
      recordId: planted.record.story.id,
      why: "completed 20 minutes before the night: its transaction may still come",
      from: planted.completedAt,
      until: night + 10 * minute,
    })
  })
  for (const status of ["REJECTED", "CANCELLED"] as const) {
    const key = `${code}/void/${status}`
    const first = plant(ground, {
      key,
      stream: "crypto_withdrawals",
      life: [
        { at: ground.realm.start, status: "PENDING_APPROVAL" },
        { at: ground.realm.start + 30 * minute, status },
      ],
    })
    if (first === null) continue
    const recordId = first.record.story.id
    ground.nearMisses.push({ code, recordId, why: `${status}: nothing should move`, from: ground.realm.start })
  }
}
