import { minute } from "../world/instant.ts"
import { reversalOf } from "../world/transaction.ts"
import type { Ground } from "./ground.ts"
import { plantMoneyRows } from "./money-faults.ts"
import { completedAt, pastGrace, plant, plantConversion, postFor, postLeg } from "./planting.ts"

const code = "LED_DUPLICATE_TRANSACTION"

/** Movements that were posted twice. */
export const plantDuplicateTransaction = (ground: Ground): void => {
  for (const stream of ["fiat_deposits", "crypto_withdrawals"] as const) {
    const planted = plant(ground, { key: `${code}/${stream}`, stream })
    if (planted === null) continue
    postFor(ground, planted, completedAt(planted.completedAt))
    postFor(ground, planted, completedAt(planted.completedAt + 3 * minute), { name: "again" })
    ground.faults.push({
      code,
      recordId: planted.record.story.id,
      severity: "critical",
      why: "two posted transactions for one movement",
      from: pastGrace(planted.completedAt),
    })
  }
  const conversion = plantConversion(ground, { key: `${code}/conversion` })
  if (conversion !== null) {
    postLeg(ground, conversion, conversion.debit)
    postLeg(ground, conversion, conversion.credit)
    postLeg(ground, conversion, conversion.credit, "CREDIT/again")
    ground.faults.push({
      code,
      recordId: conversion.record.story.id,
      leg: "CREDIT",
      severity: "critical",
      why: "the credit leg of a conversion was posted twice",
      from: pastGrace(conversion.completedAt),
    })
  }
  plantMoneyRows(ground, code)
  plantNearMisses(ground)
}

const plantNearMisses = (ground: Ground) => {
  const retried = plant(ground, { key: `${code}/failed-first`, stream: "fiat_withdrawals", takes: 40 * minute })
  if (retried !== null) {
    const failedAt = retried.completedAt - 10 * minute
    const failed = [
      { at: failedAt - 5 * minute, status: "PENDING" },
      { at: failedAt, status: "FAILED" },
    ]
    postFor(ground, retried, failed, { name: "failed" })
    postFor(ground, retried, completedAt(retried.completedAt))
    const recordId = retried.record.story.id
    ground.nearMisses.push({ code, recordId, why: "one FAILED and one COMPLETED", from: retried.completedAt })
  }
  const redone = plant(ground, { key: `${code}/redone`, stream: "crypto_deposits", takes: 40 * minute })
  if (redone !== null) {
    const undoneAt = redone.completedAt + 5 * minute
    const first = [...completedAt(redone.completedAt), { at: undoneAt, status: "REVERSED" }]
    postFor(ground, redone, first, { name: "first" })
    postFor(ground, redone, completedAt(undoneAt), { name: "reversal", leg: reversalOf(redone.leg) })
    postFor(ground, redone, completedAt(undoneAt + minute), { name: "second" })
    const recordId = redone.record.story.id
    const why = "a reversal pair and one COMPLETED: the movement happened once"
    ground.nearMisses.push({ code, recordId, why, from: undoneAt + minute })
  }
}
