import { Effect, FastCheck, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { benchSource } from "../../bench/bench-source.ts"
import { makeFaultEngine, type Strike } from "../../src/sandbox/faults/fault-engine.ts"
import { faultPlan } from "../../src/sandbox/faults/fault-plan.ts"
import type { Odds } from "../../src/sandbox/faults/odds.ts"
import { profiles } from "../../src/sandbox/faults/profiles.ts"
import type { Answer } from "../../src/sandbox/server/answer.ts"
import { makeCursorSeal } from "../../src/sandbox/server/cursor.ts"

const source = benchSource({ customers: 1, transactions: 0 })
const [customer = ""] = source.customers
const list = `${customer}/transactions`
const cursors = makeCursorSeal(Redacted.make("a secret of the tests"))

/** The right answer to a request for the page at a position. */
const pageAt = (position: number): Answer => ({
  status: 200,
  code: null,
  headers: { date: "Sun, 28 Jun 2026 02:00:00 GMT", "x-request-id": "r" },
  body: '{"data":[],"pageInfo":{"nextCursor":null,"hasMore":false}}',
  page: { list, at: { position, chain: 0, turn: 0 }, records: [], nextCursor: null, hasMore: false },
})

/** Asks once for each page. */
const strikesOn = (pages: number, seed: number, odds: Odds): ReadonlyArray<Strike> => {
  const strikes: Array<Strike> = []
  const engine = makeFaultEngine(faultPlan("none", { seed, odds }), {
    source,
    cursors,
    onStrike: (strike) => strikes.push(strike),
  })
  for (let page = 1; page <= pages; page++) {
    const cursor = cursors.seal(list, { position: page, chain: 0, turn: 0 })
    const url = `/partner/v1/customers/${customer}/transactions?cursor=${cursor}`
    Effect.runSync(engine.disturb({ method: "GET", url, headers: {} }, Effect.succeed(pageAt(page))))
  }
  return strikes
}

const positionsOf = (strikes: ReadonlyArray<Strike>, fault: string) =>
  strikes.filter((strike) => strike.fault === fault).map(({ position }) => position)

describe("the probability of a fault", () => {
  it("is the share of requests that it strikes", () => {
    const requests = 5_000
    const strikes = strikesOn(requests, 1, { reset: 0.02, processing_unavailable: 0.05, expired_cursor: 0.2, gzip: 0 })
    // Where a fault that stands earlier in the table has struck, a later one does not.
    const expected = { reset: 0.02, processing_unavailable: 0.05 * 0.98, expired_cursor: 0.2 * 0.95 * 0.98, gzip: 0 }
    for (const [fault, share] of Object.entries(expected)) {
      const deviation = Math.sqrt((share * (1 - share)) / requests)
      const found = positionsOf(strikes, fault).length / requests
      expect(Math.abs(found - share), `${fault}: ${found}`).toBeLessThanOrEqual(4 * deviation)
    }
  })

  it("of 1 strikes always, of 0 never", () => {
    expect(positionsOf(strikesOn(200, 1, { reset: 1 }), "reset").length).toBe(200)
    expect(strikesOn(200, 1, { reset: 0 })).toEqual([])
  })

  it("strikes where it strikes, whatever other faults there are further down the table", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(), FastCheck.double({ min: 0, max: 1, noNaN: true }), (seed, other) => {
        const alone = strikesOn(60, seed, { processing_unavailable: 0.3 })
        const among = strikesOn(60, seed, { processing_unavailable: 0.3, rate_limited: other, gzip: other })
        expect(positionsOf(among, "processing_unavailable")).toEqual(positionsOf(alone, "processing_unavailable"))
      }),
      { numRuns: 40 },
    )
  })

  it("grows without letting go of what was struck before", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(), (seed) => {
        const few = positionsOf(strikesOn(60, seed, { reset: 0.2 }), "reset")
        const many = positionsOf(strikesOn(60, seed, { reset: 0.6 }), "reset")
        expect(few.filter((position) => !many.includes(position))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})

describe("the storm", () => {
  it("is 5 % outages, 2 % limits, 2 % resets and 2 % cut answers, with expiring cursors and moving lists", () => {
    const { expired_cursor, rate_limited, rate_limited_until, shifting, ...others } = profiles.storm.odds
    expect(others).toEqual({ processing_unavailable: 0.05, reset: 0.02, truncated: 0.02 })
    expect(rate_limited + rate_limited_until).toBe(0.02)
    expect(Math.min(expired_cursor, shifting)).toBeGreaterThan(0)
    expect(profiles.storm.settings.retryAfterSeconds).toBeLessThanOrEqual(1)
  })
})
