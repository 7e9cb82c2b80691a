import { worth } from "../world/currency.ts"
import { day, hour, minute } from "../world/instant.ts"
import { lastPlace } from "../world/money.ts"
import { post } from "../world/transaction.ts"
import { depositStreamOf, move, nameOf } from "./balance-ground.ts"
import {
  plantAllHeld,
  plantDeposit,
  plantPostedAfter,
  plantPostedAt,
  plantSpent,
  plantYesterday,
} from "./balance-near-misses.ts"
import { attempt, changeRow, each, eachNight, earlyMoment, type Ground, near, report, takePair } from "./ground.ts"
import { completedAt, plant, settle } from "./planting.ts"

/** Available and held that do not add up to the total, which itself is right. */
export const plantComponents = (ground: Ground): void => {
  each([0, 1], (nth) => {
    const pair = takePair(ground, `BAL_COMPONENTS/${nth}`, "active")
    const off = lastPlace(pair.currency.places)
    changeRow(ground, pair.customer, pair.currency.code, { kind: "shifted", available: off, held: 0n, total: 0n })
    const why = "available is one unit of the last place too much"
    report(ground, "BAL_COMPONENTS", "high", nameOf(pair), why, ground.realm.start)
  })
  plantAllHeld(ground)
}

/** A total that the customer's transactions do not explain, by the smallest sum there is. */
export const plantInception = (ground: Ground): void => {
  each([1n, -1n], (sign) => {
    const pair = takePair(ground, `BAL_INCEPTION/${sign === 1n ? 0 : 1}`, "active")
    const off = sign * lastPlace(pair.currency.places)
    changeRow(ground, pair.customer, pair.currency.code, { kind: "shifted", available: off, held: 0n, total: off })
    const why = "total is one unit of the last place off what was posted"
    report(ground, "BAL_INCEPTION", "critical", nameOf(pair), why, ground.realm.start)
  })
  plantPostedAfter(ground)
}

/** A balance that real movements overdrew, and one where more is held than there is. */
export const plantNegative = (ground: Ground): void => {
  const code = "BAL_NEGATIVE"
  attempt(
    () => {
      const pair = takePair(ground, `${code}/total`, "spare")
      const at = earlyMoment(ground, `${code}/total`)
      move(ground, `${code}/in`, pair, "in", worth(pair.currency, 100), at)
      move(ground, `${code}/out`, pair, "out", worth(pair.currency, 150), at + 90 * minute)
      report(ground, code, "high", nameOf(pair), "more was withdrawn than came in", at + 90 * minute)
    },
    () => {
      const pair = takePair(ground, `${code}/available`, "spare")
      const at = earlyMoment(ground, `${code}/available`)
      const excess = worth(pair.currency, 130)
      move(ground, `${code}/held`, pair, "in", worth(pair.currency, 100), at)
      const change = { kind: "shifted", available: -excess, held: excess, total: 0n } as const
      changeRow(ground, pair.customer, pair.currency.code, change)
      report(ground, code, "high", nameOf(pair), "more is held than the total", ground.realm.start)
    },
  )
  plantSpent(ground)
}

/** A currency that moved and has no balance row; as a near miss, one that moved and came back to nothing. */
export const plantUnstated = (ground: Ground): void => {
  const code = "BAL_UNSTATED"
  each([0, 1], (nth) => {
    const pair = takePair(ground, `${code}/${nth}`, "spare")
    const at = earlyMoment(ground, `${code}/${nth}`)
    move(ground, `${code}/${nth}`, pair, "in", worth(pair.currency, 75), at)
    changeRow(ground, pair.customer, pair.currency.code, { kind: "absent" })
    report(ground, code, "high", nameOf(pair), "posted transactions, but no balance row", at)
  })
  const pair = takePair(ground, `${code}/emptied`, "spare")
  const at = earlyMoment(ground, `${code}/emptied`)
  const amount = worth(pair.currency, 60)
  move(ground, `${code}/emptied/in`, pair, "in", amount, at)
  move(ground, `${code}/emptied/out`, pair, "out", amount, at + 60 * minute)
  changeRow(ground, pair.customer, pair.currency.code, { kind: "absent" })
  near(ground, code, nameOf(pair), "no balance row, and what was posted comes to nothing", at + 60 * minute)
}

/**
 * Shortly before every night a deposit is made and posted that the API lists only after that night. The night itself
 * knows nothing of it; to the next one it is a movement that the opening balance should have held and did not. It is
 * less than an hour old when the night begins, so that it is no late arrival (COV_LATE_ARRIVAL).
 */
export const plantRollforward = (ground: Ground): void => {
  const code = "BAL_ROLLFORWARD"
  const { currency, customer } = takePair(ground, code, "active")
  attempt(() => plantPostedAt(ground))
  eachNight(ground, (night, nth) => {
    const visibleFrom = night + 1_000
    const postedAt = night - 6 * minute
    const key = `${code}/${nth}`
    const planted = plant(ground, {
      ...{ key, stream: depositStreamOf(currency), customer, currency: currency.code },
      ...{ createdAt: night - 12 * minute, takes: 6 * minute, draft: { visibleFrom } },
    })
    const style = planted.record.story.style
    post(ground.realm, planted.leg, { key, style, life: completedAt(postedAt), visibleFrom })
    const why = "posted before the opening balance was taken, listed only after"
    const unseenAt = { from: postedAt, before: visibleFrom }
    report(ground, code, "critical", nameOf({ currency, customer }), why, visibleFrom, { unseenAt })
  })
}

/** A balance that stands still: two days old every night, and on each of them something came in since. */
export const plantStale = (ground: Ground): void => {
  const code = "BAL_STALE"
  const pair = takePair(ground, code, "active")
  changeRow(ground, pair.customer, pair.currency.code, { kind: "earlier", by: 50 * hour })
  eachNight(ground, (night, nth) => {
    if (night < ground.realm.start + 3 * day) return
    settle(ground, plantDeposit(ground, `${code}/${nth}`, pair, night - 30 * hour))
    const why = "the balance is fifty hours old, and a deposit was posted since"
    report(ground, code, "high", nameOf(pair), why, night, { until: night + minute })
  })
  plantYesterday(ground)
}
