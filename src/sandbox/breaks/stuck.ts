import { day, hour, type Instant, minute } from "../world/instant.ts"
import type { OneLegStream } from "../world/movement.ts"
import type { StatusAt } from "../world/transaction.ts"
import { earlyMoment, type Ground } from "./ground.ts"
import { completedAt, plant, plantConversion, plantLoneFee, postFor, postLeg } from "./planting.ts"

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
const report = (ground: Ground, recordId: string, createdAt: Instant, limit: number, until?: Instant) => {
  const why = `open for more than ${limit / hour} h`
  const last = until === undefined ? {} : { until }
  const high = createdAt + 3 * limit + 1
  ground.faults.push({ code, recordId, severity: "medium", why, from: createdAt + limit + 1, until: high, ...last })
  if (until !== undefined && until <= high) return
  ground.faults.push({ code, recordId, severity: "high", why: `${why}, three times over`, from: high, ...last })
}

/** Records that never leave an open state, others that leave it late, and a night's share of those just within limits. */
export const plantStuck = (ground: Ground): void => {
  for (const stream of ["fiat_deposits", "crypto_withdrawals", "collection_payments"] as const) {
    const key = `${code}/${stream}`
    const createdAt = earlyMoment(ground, key)
    const life = [{ at: createdAt, status: "PROCESSING" }]
    const hold = stream === "crypto_withdrawals" ? { holdUntil: Number.POSITIVE_INFINITY } : {}
    const planted = plant(ground, { key, stream, createdAt, life, draft: hold })
    if (planted !== null) report(ground, planted.record.story.id, createdAt, limits[stream])
  }
  const key = `${code}/conversions`
  const createdAt = earlyMoment(ground, key)
  const planted = plantConversion(ground, { key, createdAt, life: [{ at: createdAt, status: "PENDING" }] })
  if (planted !== null) report(ground, planted.record.story.id, createdAt, conversionLimit)
  plantPendingFee(ground, `${code}/FEE`, [{ at: earlyMoment(ground, `${code}/FEE`), status: "PENDING" }])
  plantLeftBehind(ground)
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
  if (planted === null) return
  const story = postFor(ground, planted, [{ at: createdAt + 10 * minute, status: "PENDING" }])
  report(ground, story.id, story.createdAt, otherLimit)
}

/** Every four days a withdrawal that takes eight and a half: late at any instant, yet never three times over. */
const plantSlow = (ground: Ground) => {
  const stream = "fiat_withdrawals"
  for (let nth = 0; ground.realm.start + 4 * nth * day < ground.realm.end; nth++) {
    const createdAt = ground.realm.start + 4 * nth * day + 7 * hour
    const takes = 8.5 * day
    const draft = { holdUntil: createdAt + takes }
    const planted = plant(ground, { key: `${code}/slow/${nth}`, stream, createdAt, takes, draft })
    if (planted === null) continue
    postFor(ground, planted, completedAt(planted.completedAt))
    report(ground, planted.record.story.id, createdAt, limits[stream], planted.completedAt)
  }
}

/** A transaction of no resource that stays, or stayed, PENDING. */
const plantPendingFee = (ground: Ground, key: string, life: ReadonlyArray<StatusAt>) => {
  const story = plantLoneFee(ground, key, life)
  if (story === null) return
  const until = life[1]?.at
  if (until === undefined) report(ground, story.id, story.createdAt, otherLimit)
  else near(ground, story.id, story.createdAt, otherLimit, until)
}

const near = (ground: Ground, recordId: string, createdAt: Instant, limit: number, until: Instant) =>
  ground.nearMisses.push({
    code,
    recordId,
    why: `open for a quarter of an hour less than ${limit / hour} h`,
    from: createdAt + limit - 15 * minute,
    until,
  })

const plantNearMisses = (ground: Ground) => {
  ground.nights.forEach((night, nth) => {
    const until = night + 5 * minute
    for (const [stream, limit] of Object.entries(limits) as ReadonlyArray<[OneLegStream, number]>) {
      const createdAt = night - limit + 15 * minute
      const takes = until - createdAt
      const draft = { holdUntil: until }
      const planted = plant(ground, { key: `${code}/near/${stream}/${nth}`, stream, createdAt, takes, draft })
      if (planted === null) continue
      postFor(ground, planted, completedAt(until))
      near(ground, planted.record.story.id, createdAt, limit, until)
    }
    const createdAt = night - conversionLimit + 15 * minute
    const life = [{ at: createdAt, status: "PENDING" }, ...completedAt(until)]
    const planted = plantConversion(ground, { key: `${code}/near/conversions/${nth}`, createdAt, life })
    if (planted !== null) {
      postLeg(ground, planted, planted.debit)
      postLeg(ground, planted, planted.credit)
      near(ground, planted.record.story.id, createdAt, conversionLimit, until)
    }
    plantPendingFee(ground, `${code}/near/FEE/${nth}`, [
      { at: night - otherLimit + 15 * minute, status: "PENDING" },
      { at: until, status: "COMPLETED" },
    ])
  })
}

/** Crypto deposits that wait for the travel rule: for ever, and just within its day. */
export const plantTravelRule = (ground: Ground): void => {
  for (const nth of [0, 1]) {
    const key = `AGE_TRAVEL_RULE/${nth}`
    const createdAt = earlyMoment(ground, key)
    const life = [{ at: createdAt, status: "PENDING_TRAVEL_RULE" }]
    const planted = plant(ground, { key, stream: "crypto_deposits", createdAt, life })
    if (planted === null) continue
    ground.faults.push({
      code: "AGE_TRAVEL_RULE",
      recordId: planted.record.story.id,
      severity: "high",
      why: "PENDING_TRAVEL_RULE for more than 24 h",
      from: createdAt + travelRuleLimit + 1,
    })
  }
  ground.nights.forEach((night, nth) => {
    const createdAt = night - travelRuleLimit + 15 * minute
    const until = night + 5 * minute
    const life = [{ at: createdAt, status: "PENDING_TRAVEL_RULE" }, ...completedAt(until)]
    const key = `AGE_TRAVEL_RULE/near/${nth}`
    const planted = plant(ground, { key, stream: "crypto_deposits", createdAt, life })
    if (planted === null) return
    postFor(ground, planted, completedAt(until))
    ground.nearMisses.push({
      code: "AGE_TRAVEL_RULE",
      recordId: planted.record.story.id,
      why: "PENDING_TRAVEL_RULE for a quarter of an hour less than 24 h",
      from: night,
      until,
    })
  })
}
