import { worth } from "../world/currency.ts"
import { day, hour, type Instant, minute } from "../world/instant.ts"
import { lastPlace } from "../world/money.ts"
import { post } from "../world/transaction.ts"
import { depositStreamOf, move, nameOf, type Pair } from "./balance-ground.ts"
import {
  plantAllHeld,
  plantDeposit,
  plantPostedAfter,
  plantPostedAt,
  plantSpent,
  plantYesterday,
} from "./balance-near-misses.ts"
import type { BreakCode, Severity } from "./break-code.ts"
import { changeRow, earlyMoment, type Ground, takePair } from "./ground.ts"
import { completedAt, plant, settle } from "./planting.ts"

const report = (ground: Ground, code: BreakCode, severity: Severity, pair: Pair, why: string, from?: Instant) =>
  ground.faults.push({ code, recordId: nameOf(pair), severity, why, from: from ?? ground.realm.start })

/** Available and held that do not add up to the total, which itself is right. */
export const plantComponents = (ground: Ground): void => {
  for (const nth of [0, 1]) {
    const pair = takePair(ground, `BAL_COMPONENTS/${nth}`, "active")
    if (pair === null) continue
    const off = lastPlace(pair.currency.places)
    changeRow(ground, pair.customer, pair.currency.code, { kind: "shifted", available: off, held: 0n, total: 0n })
    report(ground, "BAL_COMPONENTS", "high", pair, "available is one unit of the last place too much")
  }
  plantAllHeld(ground)
}

/** A total that the customer's transactions do not explain, by the smallest sum there is. */
export const plantInception = (ground: Ground): void => {
  for (const nth of [0, 1]) {
    const pair = takePair(ground, `BAL_INCEPTION/${nth}`, "active")
    if (pair === null) continue
    const off = nth === 0 ? lastPlace(pair.currency.places) : -lastPlace(pair.currency.places)
    changeRow(ground, pair.customer, pair.currency.code, { kind: "shifted", available: off, held: 0n, total: off })
    report(ground, "BAL_INCEPTION", "critical", pair, "total is one unit of the last place off what was posted")
  }
  plantPostedAfter(ground)
}

/** A balance that real movements overdrew, and one where more is held than there is. */
export const plantNegative = (ground: Ground): void => {
  const overdrawn = takePair(ground, "BAL_NEGATIVE/total", "spare")
  if (overdrawn !== null) {
    const at = earlyMoment(ground, "BAL_NEGATIVE/total")
    move(ground, "BAL_NEGATIVE/in", overdrawn, "in", worth(overdrawn.currency, 100), at)
    move(ground, "BAL_NEGATIVE/out", overdrawn, "out", worth(overdrawn.currency, 150), at + 90 * minute)
    report(ground, "BAL_NEGATIVE", "high", overdrawn, "more was withdrawn than came in", at + 90 * minute)
  }
  const overheld = takePair(ground, "BAL_NEGATIVE/available", "spare")
  if (overheld !== null) {
    const at = earlyMoment(ground, "BAL_NEGATIVE/available")
    const excess = worth(overheld.currency, 130)
    move(ground, "BAL_NEGATIVE/held", overheld, "in", worth(overheld.currency, 100), at)
    const change = { kind: "shifted", available: -excess, held: excess, total: 0n } as const
    changeRow(ground, overheld.customer, overheld.currency.code, change)
    report(ground, "BAL_NEGATIVE", "high", overheld, "more is held than the total")
  }
  plantSpent(ground)
}

/** A currency that moved and has no balance row; as a near miss, one that moved and came back to nothing. */
export const plantUnstated = (ground: Ground): void => {
  for (const nth of [0, 1]) {
    const pair = takePair(ground, `BAL_UNSTATED/${nth}`, "spare")
    if (pair === null) continue
    const at = earlyMoment(ground, `BAL_UNSTATED/${nth}`)
    move(ground, `BAL_UNSTATED/${nth}`, pair, "in", worth(pair.currency, 75), at)
    changeRow(ground, pair.customer, pair.currency.code, { kind: "absent" })
    report(ground, "BAL_UNSTATED", "high", pair, "posted transactions, but no balance row", at)
  }
  const emptied = takePair(ground, "BAL_UNSTATED/emptied", "spare")
  if (emptied === null) return
  const at = earlyMoment(ground, "BAL_UNSTATED/emptied")
  const amount = worth(emptied.currency, 60)
  move(ground, "BAL_UNSTATED/emptied/in", emptied, "in", amount, at)
  move(ground, "BAL_UNSTATED/emptied/out", emptied, "out", amount, at + 60 * minute)
  changeRow(ground, emptied.customer, emptied.currency.code, { kind: "absent" })
  ground.nearMisses.push({
    code: "BAL_UNSTATED",
    recordId: nameOf(emptied),
    why: "no balance row, and what was posted comes to nothing",
    from: at + 60 * minute,
  })
}

/**
 * Shortly before every night a deposit is made and posted that the API lists only after that night. The night itself
 * knows nothing of it; to the next one it is a movement that the opening balance should have held and did not. It is
 * less than an hour old when the night begins, so that it is no late arrival (COV_LATE_ARRIVAL).
 */
export const plantRollforward = (ground: Ground): void => {
  const code = "BAL_ROLLFORWARD"
  const pair = takePair(ground, code, "active")
  if (pair === null) return
  plantPostedAt(ground)
  ground.nights.forEach((night, nth) => {
    const visibleFrom = night + 1_000
    const postedAt = night - 6 * minute
    const key = `${code}/${nth}`
    const planted = plant(ground, {
      key,
      stream: depositStreamOf(pair.currency),
      customer: pair.customer,
      currency: pair.currency.code,
      createdAt: night - 12 * minute,
      takes: 6 * minute,
      draft: { visibleFrom },
    })
    if (planted === null) return
    const style = planted.record.story.style
    post(ground.realm, planted.leg, { key, style, life: completedAt(postedAt), visibleFrom })
    ground.faults.push({
      code,
      recordId: nameOf(pair),
      severity: "critical",
      why: "posted before the opening balance was taken, listed only after",
      from: visibleFrom,
      unseenAt: { from: postedAt, before: visibleFrom },
    })
  })
}

/** A balance that stands still: two days old every night, and on each of them something came in since. */
export const plantStale = (ground: Ground): void => {
  const code = "BAL_STALE"
  const pair = takePair(ground, code, "active")
  if (pair === null) return
  changeRow(ground, pair.customer, pair.currency.code, { kind: "earlier", by: 50 * hour })
  ground.nights.forEach((night, nth) => {
    if (night < ground.realm.start + 3 * day) return
    const planted = plantDeposit(ground, `${code}/${nth}`, pair, night - 30 * hour)
    if (planted === null) return
    settle(ground, planted)
    const why = "the balance is fifty hours old, and a deposit was posted since"
    ground.faults.push({
      code,
      recordId: nameOf(pair),
      severity: "high",
      why,
      from: night,
      until: night + minute,
    })
  })
  plantYesterday(ground)
}
