import { worth } from "../world/currency.ts"
import { day, hour, type Instant, minute, plainTime } from "../world/instant.ts"
import { post } from "../world/transaction.ts"
import { depositStreamOf, move, nameOf, type Pair, takeNearPair } from "./balance-ground.ts"
import { changeRow, earlyMoment, type Ground } from "./ground.ts"
import { completedAt, plant, settle } from "./planting.ts"

/** A balance of which nothing is available, and all is held. */
export const plantAllHeld = (ground: Ground): void => {
  const code = "BAL_COMPONENTS"
  const pair = takeNearPair(ground, code, "active")
  if (pair === null) return
  changeRow(ground, pair.customer, pair.currency.code, { kind: "held" })
  const why = "all of it is held, and the total says so"
  ground.nearMisses.push({ code, recordId: nameOf(pair), why, from: ground.realm.start + day })
}

/** A balance that was spent to the last unit. */
export const plantSpent = (ground: Ground): void => {
  const code = "BAL_NEGATIVE"
  const pair = takeNearPair(ground, code, "spare")
  if (pair === null) return
  const at = earlyMoment(ground, `${code}/spent`)
  const amount = worth(pair.currency, 80)
  move(ground, `${code}/spent/in`, pair, "in", amount, at)
  move(ground, `${code}/spent/out`, pair, "out", amount, at + 90 * minute)
  const why = "total and available are exactly zero: all that came in went out"
  ground.nearMisses.push({ code, recordId: nameOf(pair), why, from: at + 90 * minute })
}

/** How old a balance can be when it is read, and when a deposit was posted that it cannot hold yet. */
const balanceAge = 10 * minute
const postedBefore = 5 * minute

/** Balances that are ten minutes old when they are read, on every night with a deposit posted since. */
export const plantPostedAfter = (ground: Ground): void => {
  const code = "BAL_INCEPTION"
  const pair = takeNearPair(ground, code, "active")
  if (pair === null) return
  changeRow(ground, pair.customer, pair.currency.code, { kind: "earlier", by: balanceAge })
  ground.nights.forEach((night, nth) => {
    const planted = plantDeposit(ground, `${code}/after/${nth}`, pair, night - postedBefore)
    if (planted === null) return
    settle(ground, planted)
    ground.nearMisses.push({
      code,
      recordId: nameOf(pair),
      why: "a deposit was posted after asOf: it is listed, and not in the balance",
      from: night,
      until: night + minute,
    })
  })
}

/** On every night a deposit posted at its very instant: the balance of that night holds it, and the next must not count it. */
export const plantPostedAt = (ground: Ground): void => {
  const code = "BAL_ROLLFORWARD"
  const pair = takeNearPair(ground, code, "active")
  if (pair === null) return
  ground.nights.forEach((night, nth) => {
    const key = `${code}/at/${nth}`
    const planted = plantDeposit(ground, key, pair, night - minute)
    if (planted === null) return
    const life = [{ at: night - 20 * minute, status: "PENDING" }, ...completedAt(night)]
    post(ground.realm, planted.leg, { key, style: plainTime, life })
    ground.nearMisses.push(
      {
        code,
        recordId: nameOf(pair),
        why: "a deposit was posted at the very instant of the closing balance, which holds it",
        from: night,
        until: night + 1,
        when: ({ earlier }) => earlier.length > 0,
      },
      {
        code,
        recordId: nameOf(pair),
        why: "a deposit was posted at the very instant of the opening balance, which held it",
        from: night + 1,
        when: ({ earlier }) => earlier.at(-1) === night,
      },
    )
  })
}

/** On every night a balance of yesterday that lacks what came in since, which is no more than a day. */
export const plantYesterday = (ground: Ground): void => {
  const code = "BAL_STALE"
  const pair = takeNearPair(ground, code, "active")
  if (pair === null) return
  changeRow(ground, pair.customer, pair.currency.code, { kind: "earlier", by: 20 * hour })
  ground.nights.forEach((night, nth) => {
    if (night < ground.realm.start + 3 * day) return
    const planted = plantDeposit(ground, `${code}/yesterday/${nth}`, pair, night - 10 * hour)
    if (planted === null) return
    settle(ground, planted)
    const why = "the balance is twenty hours old, and what came in since is not in it by right"
    ground.nearMisses.push({ code, recordId: nameOf(pair), why, from: night, until: night + minute })
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
