import { day, hour, type Instant, minute } from "../world/instant.ts"
import type { OneLegStream } from "../world/movement.ts"
import type { Story } from "../world/story.ts"
import { attempt, each, eachNight, earlyMoment, type Ground, near, report } from "./ground.ts"
import { completedAt, plant, plantConversion, plantLoneFee, postFor, settle, settleConversion } from "./planting.ts"

const code = "AGE_STUCK"

/** How long a record may stay open, from its creation. Source: docs/rules.md, "Age limits". */
const limits = {
  fiat_deposits: 48 * hour,
  fiat_withdrawals: 72 * hour,
  crypto_deposits: 24 * hour,
  crypto_withdrawals: 24 * hour,
  crypto_refunds: 24 * hour,
  collection_payments: 24 * hour,
} as const satisfies Record<OneLegStream, number>

const conversionLimit = hour
const otherLimit = 72 * hour
const travelRuleLimit = 24 * hour

/** Medium past the limit, high past three times the limit. */
const reportStuck = (ground: Ground, { createdAt, id }: Story, limit: number, until?: Instant) => {
  const why = `open for more than ${limit / hour} h`
  const high = createdAt + 3 * limit + 1
  const last = until === undefined ? {} : { until }
  report(ground, code, "medium", id, why, createdAt + limit + 1, { until: high, ...last })
  if (until === undefined || until > high) {
    report(ground, code, "high", id, `${why}, three times over`, high, last)
  }
}

const nearStuck = (ground: Ground, { createdAt, id }: Story, limit: number, until: Instant) => {
  const why = `open for a quarter of an hour less than ${limit / hour} h`
  near(ground, code, id, why, createdAt + limit - 15 * minute, { until })
}

/** Records that never leave an open state, others that leave it late, and a night's share of those just within limits. */
export const plantStuck = (ground: Ground): void => {
  each(["fiat_deposits", "crypto_withdrawals", "collection_payments"], (stream) => {
    const key = `${code}/${stream}`
    const createdAt = earlyMoment(ground, key)
    const life = [{ at: createdAt, status: "PROCESSING" }]
    const hold = stream === "crypto_withdrawals" ? { holdUntil: Number.POSITIVE_INFINITY } : {}
    const planted = plant(ground, { key, stream, createdAt, life, draft: hold })
    reportStuck(ground, planted.record.story, limits[stream])
  })
  attempt(
    () => {
      const key = `${code}/conversions`
      const createdAt = earlyMoment(ground, key)
      const planted = plantConversion(ground, { key, createdAt, life: [{ at: createdAt, status: "PENDING" }] })
      reportStuck(ground, planted.record.story, conversionLimit)
    },
    () => {
      const key = `${code}/FEE`
      const fee = plantLoneFee(ground, key, [{ at: earlyMoment(ground, key), status: "PENDING" }])
      reportStuck(ground, fee, otherLimit)
    },
    () => plantLeftBehind(ground),
  )
  plantSlow(ground)
  plantNearMisses(ground)
}

/** A withdrawal that failed, and whose transaction waits for it for ever. */
const plantLeftBehind = (ground: Ground) => {
  const key = `${code}/left-behind`
  const createdAt = earlyMoment(ground, key)
  const life = [
    { at: createdAt, status: "PENDING" },
    { at: createdAt + 20 * minute, status: "FAILED" },
  ]
  const planted = plant(ground, { key, stream: "fiat_withdrawals", createdAt, life })
  reportStuck(ground, postFor(ground, planted, [{ at: createdAt + 10 * minute, status: "PENDING" }]), otherLimit)
}

/** Every four days a withdrawal that takes eight and a half: late at any instant, yet never three times over. */
const plantSlow = (ground: Ground) => {
  const stream = "fiat_withdrawals"
  for (let nth = 0; ground.realm.start + 4 * nth * day < ground.realm.end; nth++) {
    const createdAt = ground.realm.start + 4 * nth * day + 7 * hour
    const takes = 8.5 * day
    const draft = { holdUntil: createdAt + takes }
    attempt(() => {
      const planted = plant(ground, { key: `${code}/slow/${nth}`, stream, createdAt, takes, draft })
      settle(ground, planted)
      reportStuck(ground, planted.record.story, limits[stream], planted.completedAt)
    })
  }
}

const plantNearMisses = (ground: Ground) =>
  eachNight(ground, (night, nth) => {
    const until = night + 5 * minute
    each(Object.entries(limits) as ReadonlyArray<[OneLegStream, number]>, ([stream, limit]) => {
      const createdAt = night - limit + 15 * minute
      const takes = until - createdAt
      const draft = { holdUntil: until }
      const planted = plant(ground, { key: `${code}/near/${stream}/${nth}`, stream, createdAt, takes, draft })
      postFor(ground, planted, completedAt(until))
      nearStuck(ground, planted.record.story, limit, until)
    })
    attempt(
      () => {
        const createdAt = night - conversionLimit + 15 * minute
        const life = [{ at: createdAt, status: "PENDING" }, ...completedAt(until)]
        const planted = plantConversion(ground, { key: `${code}/near/conversions/${nth}`, createdAt, life })
        settleConversion(ground, planted)
        nearStuck(ground, planted.record.story, conversionLimit, until)
      },
      () => {
        const life = [{ at: night - otherLimit + 15 * minute, status: "PENDING" }, ...completedAt(until)]
        nearStuck(ground, plantLoneFee(ground, `${code}/near/FEE/${nth}`, life), otherLimit, until)
      },
    )
  })

/** Crypto deposits that wait for the travel rule: for ever, and just within its day. */
export const plantTravelRule = (ground: Ground): void => {
  const rule = "AGE_TRAVEL_RULE"
  const stream = "crypto_deposits"
  each([0, 1], (nth) => {
    const key = `${rule}/${nth}`
    const createdAt = earlyMoment(ground, key)
    const planted = plant(ground, { key, stream, createdAt, life: [{ at: createdAt, status: "PENDING_TRAVEL_RULE" }] })
    const why = "PENDING_TRAVEL_RULE for more than 24 h"
    report(ground, rule, "high", planted, why, createdAt + travelRuleLimit + 1)
  })
  eachNight(ground, (night, nth) => {
    const createdAt = night - travelRuleLimit + 15 * minute
    const until = night + 5 * minute
    const life = [{ at: createdAt, status: "PENDING_TRAVEL_RULE" }, ...completedAt(until)]
    const planted = plant(ground, { key: `${rule}/near/${nth}`, stream, createdAt, life })
    postFor(ground, planted, completedAt(until))
    near(ground, rule, planted, "PENDING_TRAVEL_RULE for a quarter of an hour less than 24 h", night, { until })
  })
}
