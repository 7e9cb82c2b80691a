import { worth } from "../world/currency.ts"
import { day, hour, type Instant, minute, plainTime } from "../world/instant.ts"
import { post } from "../world/transaction.ts"
import { depositStreamOf, move, nameOf, type Pair, takeNearPair } from "./balance-ground.ts"
import { changeRow, eachNight, earlyMoment, type Ground, near } from "./ground.ts"
import { completedAt, plant, settle } from "./planting.ts"

/** A balance of which nothing is available, and all is held. */
export const plantAllHeld = (ground: Ground): void => {
  const code = "BAL_COMPONENTS"
  const pair = takeNearPair(ground, code, "active")
  changeRow(ground, pair.customer, pair.currency.code, { kind: "held" })
  near(ground, code, nameOf(pair), "all of it is held, and the total says so", ground.realm.start + day)
}

/** A balance that was spent to the last unit. */
export const plantSpent = (ground: Ground): void => {
  const code = "BAL_NEGATIVE"
  const pair = takeNearPair(ground, code, "spare")
  const at = earlyMoment(ground, `${code}/spent`)
  const amount = worth(pair.currency, 80)
  move(ground, `${code}/spent/in`, pair, "in", amount, at)
  move(ground, `${code}/spent/out`, pair, "out", amount, at + 90 * minute)
  const why = "total and available are exactly zero: all that came in went out"
  near(ground, code, nameOf(pair), why, at + 90 * minute)
}

/** How old a balance can be when it is read, and when a deposit was posted that it cannot hold yet. */
const balanceAge = 10 * minute
const postedBefore = 5 * minute

/** Balances that are ten minutes old when they are read, on every night with a deposit posted since. */
export const plantPostedAfter = (ground: Ground): void => {
  const code = "BAL_INCEPTION"
  const pair = takeNearPair(ground, code, "active")
  changeRow(ground, pair.customer, pair.currency.code, { kind: "earlier", by: balanceAge })
  eachNight(ground, (night, nth) => {
    settle(ground, plantDeposit(ground, `${code}/after/${nth}`, pair, night - postedBefore))
    const why = "a deposit was posted after asOf: it is listed, and not in the balance"
    near(ground, code, nameOf(pair), why, night, { until: night + minute })
  })
}

/** On every night a deposit posted at its very instant: the balance of that night holds it, and the next must not count it. */
export const plantPostedAt = (ground: Ground): void => {
  const code = "BAL_ROLLFORWARD"
  const pair = takeNearPair(ground, code, "active")
  const name = nameOf(pair)
  eachNight(ground, (night, nth) => {
    const key = `${code}/at/${nth}`
    const planted = plantDeposit(ground, key, pair, night - minute)
    const life = [{ at: night - 20 * minute, status: "PENDING" }, ...completedAt(night)]
    post(ground.realm, planted.leg, { key, style: plainTime, life })
    const instant = "a deposit was posted at the very instant of the"
    near(ground, code, name, `${instant} closing balance, which holds it`, night, {
      until: night + 1,
      when: ({ earlier }) => earlier.length > 0,
    })
    near(ground, code, name, `${instant} opening balance, which held it`, night + 1, {
      when: ({ earlier }) => earlier.at(-1) === night,
    })
  })
}

/** On every night a balance of yesterday that lacks what came in since, which is no more than a day. */
export const plantYesterday = (ground: Ground): void => {
  const code = "BAL_STALE"
  const pair = takeNearPair(ground, code, "active")
  changeRow(ground, pair.customer, pair.currency.code, { kind: "earlier", by: 20 * hour })
  eachNight(ground, (night, nth) => {
    if (night < ground.realm.start + 3 * day) return
    settle(ground, plantDeposit(ground, `${code}/yesterday/${nth}`, pair, night - 10 * hour))
    const why = "the balance is twenty hours old, and what came in since is not in it by right"
    near(ground, code, nameOf(pair), why, night, { until: night + minute })
  })
}

/** A deposit of the pair that is settled at an instant, half an hour after it was made. */
export const plantDeposit = (ground: Ground, key: string, { currency, customer }: Pair, at: Instant) =>
  plant(ground, {
    key,
    stream: depositStreamOf(currency),
    customer,
    currency: currency.code,
    createdAt: at - 30 * minute,
    takes: 30 * minute,
  })
