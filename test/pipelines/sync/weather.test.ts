import { setImmediate } from "node:timers/promises"
import { Array as Arr, Effect, Either, Exit, FastCheck as fc, Logger, LogLevel } from "effect"
import { describe, expect, it } from "vitest"
import { simulate } from "../../support/simulation.ts"
import {
  type Arrival,
  html,
  type Met,
  type NightInWeather,
  nightInWeather,
  notComplete,
  own,
} from "../../support/weather.ts"

const nightOf = (night: NightInWeather) => {
  const exit = simulate(Effect.scoped(nightInWeather(night)).pipe(Logger.withMinimumLogLevel(LogLevel.None)))
  if (Exit.isFailure(exit)) throw new Error(String(exit.cause))
  return exit.value
}

/** `npm run test:long` */
const isLong = process.env.TIDEMARK_TESTS === "long"

/** Nothing may be charged to a budget that is empty. */
const noBudget = { retryBudget: { percent: 0, floor: 0 } }

const failureOf = ({ end }: ReturnType<typeof nightOf>) => (Either.isLeft(end) ? end.left : null)
const stopOf = ({ end }: ReturnType<typeof nightOf>) => (Either.isRight(end) ? end.right : null)

/** So many requests in a window that begins with the first request after the last one has ended. */
const windowOf = (most: number, millis: number, withRetryAfter: boolean) => {
  let from = Number.NEGATIVE_INFINITY
  let through = 0
  const refusals: Array<{ readonly window: number; readonly sinceFirst: number }> = []
  let firstRefusal: number | null = null
  const weather = ({ atMillis }: Pick<Arrival, "atMillis">): Met => {
    if (atMillis >= from + millis) {
      from = atMillis
      through = 0
      firstRefusal = null
    }
    if (++through <= most) return null
    firstRefusal ??= atMillis
    refusals.push({ window: from, sinceFirst: atMillis - firstRefusal })
    const left = String(Math.ceil((from + millis - atMillis) / 1000))
    const headers = { "content-type": "application/problem+json", ...(withRetryAfter ? { "retry-after": left } : {}) }
    return { status: 429, body: '{"title":"Too many requests","status":429}', headers }
  }
  return { refusals, weather }
}

describe("an API that limits how much is asked", () => {
  it("and says when it goes on, is asked nothing before, and costs time alone", () => {
    const limit = windowOf(90, 50_000, true)
    const night = nightOf({ customers: 12, latency: 30, weather: limit.weather, client: noBudget })
    expect(notComplete(night)).toEqual([])
    expect(night.endedAt).toBeLessThan((1.5 * night.lists * 50_000) / 90)
    expect(limit.refusals.filter(({ sinceFirst }) => sinceFirst > 1000)).toEqual([])
    expect(night.held.limitedMillis).toBeGreaterThan(90_000)
  })

  it("and does not say when, is looked after by one probe at a time", () => {
    const limit = windowOf(110, 70_000, false)
    const night = nightOf({ customers: 12, latency: 30, weather: limit.weather, client: noBudget })
    expect(notComplete(night)).toEqual([])
    expect(night.endedAt).toBeLessThan((1.5 * night.lists * 70_000) / 110)
    const windows = Object.values(Arr.groupBy(limit.refusals, ({ window }) => String(window)))
    // What was under way, and the probes.
    for (const refusals of windows) expect(refusals.length).toBeLessThanOrEqual(8 + 10)
    const late = limit.refusals.filter(({ sinceFirst }) => sinceFirst > 1000).map(({ sinceFirst }) => sinceFirst)
    expect(new Set(late).size).toBe(late.length)
  })

  it("and is over before a witness has travelled, costs no budget either", () => {
    const limit = windowOf(20, 4000, false)
    const night = nightOf({ customers: 20, latency: 1100, weather: limit.weather, client: noBudget })
    expect(notComplete(night)).toEqual([])
    expect(limit.refusals.length).toBeLessThan(night.lists / 10)
  })

  it("is asked at the rate that got through in the next night, and refuses hardly anything", () => {
    const first = windowOf(20, 1000, true)
    const night = nightOf({ customers: 20, latency: 100, weather: first.weather, client: noBudget })
    const second = windowOf(20, 1000, true)
    const next = nightOf({ customers: 20, latency: 100, rate: night.rate, weather: second.weather, client: noBudget })
    expect([...notComplete(night), ...notComplete(next)]).toEqual([])
    expect(first.refusals.length).toBeGreaterThan(0)
    expect(second.refusals.length).toBeLessThan(first.refusals.length / 2)
    expect(next.endedAt).toBeLessThan((1.5 * next.lists * 1000) / 20)
  })

  it.each([
    [1, 2, 40, {}],
    [1, 2, 40, { "retry-after": "1" }],
    [10, 2, 40, {}],
    [3, 1, 30, { "retry-after": "1" }],
  ])(
    "by a bucket of %d that fills by %d a second is asked hardly slower, for %d customers: %j",
    (most, perSecond, customers, headers: Readonly<Record<string, string>>) => {
      let inBucket = most
      let filledAt = 0
      const weather = ({ atMillis }: Arrival): Met => {
        inBucket = Math.min(most, inBucket + ((atMillis - filledAt) * perSecond) / 1000)
        filledAt = atMillis
        if (inBucket < 1) return html(429, headers)
        inBucket--
        return null
      }
      const night = nightOf({ customers, latency: 30, weather })
      expect(notComplete(night)).toEqual([])
      expect(night.endedAt).toBeLessThan((1.5 * night.lists * 1000) / perSecond)
    },
  )

  it.each([
    ["customer", 0, 2, 9000],
    ["stream", 1, 3, 4000],
  ] as const)("by %s reads every list", (_what, part, most, millis) => {
    const limits = new Map<string, ReturnType<typeof windowOf>>()
    const weather = (arrival: Arrival): Met => {
      const key = arrival.list.split("/")[part] ?? ""
      const limit = limits.get(key) ?? windowOf(most, millis, true)
      limits.set(key, limit)
      return limit.weather(arrival)
    }
    const night = nightOf({ customers: 15, latency: 30, weather })
    expect(notComplete(night)).toEqual([])
  })

  it.each(["7200", "300"])("for one list alone, by %s s, holds nobody else up", (seconds) => {
    const night = nightOf({
      customers: 12,
      latency: 60,
      weather: ({ list }) => (list === "c-3/transactions" ? own(429, "X", { "retry-after": seconds }) : null),
    })
    expect(notComplete(night).map((list) => list.slice(0, 23))).toEqual(["c-3/transactions FAILED"])
    expect(notComplete(night)[0]).toContain(seconds === "7200" ? "in 2 h" : "in 5 min")
    expect(night.endedAt).toBeLessThan(60_000)
  })

  it("by 503 and Retry-After holds as by 429", () => {
    let from: number | null = null
    const night = nightOf({
      customers: 12,
      latency: 60,
      client: noBudget,
      weather: ({ atMillis, number }) => {
        if (number === 50) from = atMillis
        return from !== null && atMillis < from + 20_000 ? html(503, { "retry-after": "20" }) : null
      },
    })
    expect(notComplete(night)).toEqual([])
    // What was under way, and two witnesses: one when it began, one when it was over.
    expect(night.arrivals.length - night.lists).toBeLessThanOrEqual(10)
  })

  it("and is away again and again, teaches no pace that lasts", () => {
    const limit = windowOf(20, 23_000, false)
    const away: ReadonlyArray<readonly [from: number, to: number, met: Met]> = [
      [27_000, 103_000, "reset"],
      [104_000, 553_000, html(503, { "retry-after": "30" })],
      [554_000, 555_000, "reset"],
      [583_000, 1_023_000, "reset"],
    ]
    const night = nightOf({
      customers: 20,
      latency: 20,
      pagesOf: (list) => (list.endsWith("/transactions") ? 3 : 1),
      client: noBudget,
      weather: (arrival) => {
        const met = away.find(([from, to]) => arrival.atMillis >= from && arrival.atMillis < to)
        return met === undefined ? limit.weather(arrival) : met[2]
      },
    })
    expect(notComplete(night)).toEqual([])
    expect(night.endedAt).toBeLessThan(1_023_000 + (10 * night.lists * 23_000) / 20)
  })

  it("is not met where the configuration asks slowly enough", () => {
    const slow = { requestsPerSecond: 0.5 }
    const night = nightOf({ customers: 1, latency: 30, weather: () => null, client: slow })
    const times = night.arrivals.map(({ atMillis }) => atMillis)
    expect(times).toEqual(times.map((_, index) => index * 2000))
  })
})

/** Everybody meets the same from a request on, for so long. */
const outageFrom = (request: number, millis: number, met: Met) => {
  let from: number | null = null
  const into: Array<number> = []
  return {
    into,
    endsAt: () => (from ?? 0) + millis,
    weather: ({ atMillis, number }: Arrival): Met => {
      if (number >= request) from ??= atMillis
      if (from === null || atMillis >= from + millis) return null
      into.push(atMillis)
      return met
    },
  }
}

describe("an outage", () => {
  it.each([
    ["resets", "reset", 7000],
    ["a gateway's 502", html(502), 25_000],
    ["a 408", html(408), 4000],
    ["an unavailable API", own(503, "PARTNER_PROCESSING_UNAVAILABLE"), 40_000],
    ["somebody else's 404", html(404), 3000],
    ["somebody else's 401", html(401, { "www-authenticate": "NTLM" }), 5000],
    ["somebody else's 403", html(403), 200_000],
    ["pages that are not JSON", html(200), 5000],
    ["silence", "hangs", 100_000],
  ] as const)("of %s holds everybody, costs no budget, and ends with one probe", (_what, met, millis) => {
    const outage = outageFrom(90, millis, met)
    const night = nightOf({ customers: 20, latency: 60, weather: outage.weather, client: noBudget })
    expect(notComplete(night)).toEqual([])
    expect(outage.into.length).toBeLessThanOrEqual(36)
    const first = night.arrivals.find(({ atMillis }) => atMillis >= outage.endsAt())
    expect(first?.atMillis ?? 0).toBeLessThan(outage.endsAt() + millis + 35_000)
  })

  it("of one list alone ends well where that list answers rightly at last", () => {
    let asked = 0
    const night = nightOf({
      customers: 20,
      latency: 60,
      weather: ({ list }) => (list === "c-7/transactions" && ++asked <= 5 ? html(500) : null),
    })
    expect(notComplete(night)).toEqual([])
    expect(asked).toBeLessThanOrEqual(12)
  })

  it.each(["c-7/transactions", "c-1/balances", "c-20/wallets"])("of %s alone for ever ends in minutes", (alone) => {
    const [customer = ""] = alone.split("/")
    const stream = alone.endsWith("wallets") ? "transactions" : (alone.split("/")[1] ?? "")
    const night = nightOf({
      customers: 20,
      latency: 60,
      weather: ({ list }) => (list === `${customer}/${stream}` ? html(500) : null),
    })
    expect(notComplete(night).length).toBe(1)
    expect(notComplete(night)[0]).toMatch(/FAILED: HTTP 500 \(request [^)]+\); asked \d+ times in \d+ s$/)
    expect(night.endedAt).toBeLessThan(5 * 60_000)
    expect(night.arrivals.length - night.lists).toBeLessThan(36)
  })

  it.each([
    [4, own(503, "PARTNER_PROCESSING_UNAVAILABLE")],
    [40, own(503, "PARTNER_PROCESSING_UNAVAILABLE")],
    [4, own(503, "PARTNER_PROCESSING_UNAVAILABLE", { "retry-after": "0" })],
    [40, own(503, "PARTNER_PROCESSING_UNAVAILABLE", { "retry-after": "2" })],
    [40, html(429, { "retry-after": "1" })],
    [40, html(404)],
  ])("of one stream for %d customers ends in minutes, and holds nobody else up: %j", (customers, dead) => {
    const weather = ({ list }: Arrival) => (list.endsWith("/conversions") ? dead : null)
    const night = nightOf({ customers, latency: 30, weather })
    expect(notComplete(night).length).toBe(customers)
    expect(night.endedAt).toBeLessThan(10 * 60_000)
    // Twice six tries each at most, within the budget, and probes.
    expect(night.arrivals.length - night.lists).toBeLessThan(customers * 15 + 20)
  })

  it.each([
    ["502", html(502)],
    ["resets", "reset"],
    ["somebody else's 404", html(404)],
    ["a refusal of its own", own(401, "PARTNER_AUTH_FAILED")],
    ["a clock of its own", own(401, "PARTNER_SIGNATURE_EXPIRED")],
    ["a redirect", { status: 302, body: "", headers: { location: "https://login.example.test" } }],
    ["JSON that is no page", { status: 200, body: '{"message":"be right back"}' }],
  ] as const)("of one node of three costs time and no list: %s", (_what, met) => {
    const weather = ({ number }: Arrival) => (number % 3 === 0 ? met : null)
    const pagesOf = (list: string) => (list.endsWith("/transactions") ? 7 : 1)
    const night = nightOf({ customers: 14, latency: 30, pagesOf, weather })
    expect(notComplete(night)).toEqual([])
    expect(night.endedAt).toBeLessThan(5 * 60_000)
  })

  it.each(["reset", html(503)] as const)(
    "of what is asked beyond so many at once costs time and no list: %j",
    (met) => {
      const latency = 100
      let underWay: ReadonlyArray<number> = []
      const weather = ({ atMillis }: Arrival): Met => {
        underWay = underWay.filter((end) => end > atMillis)
        if (underWay.length === 3) return met
        underWay = [...underWay, atMillis + latency]
        return null
      }
      const night = nightOf({ customers: 20, latency, weather })
      expect(notComplete(night)).toEqual([])
      expect(night.endedAt).toBeLessThan(3 * 60_000)
    },
  )

  it("of one stream and of one customer, each told of a limit for ever, ends in minutes", () => {
    const dead = html(429)
    const weather = ({ list }: Arrival) => (list.endsWith("/conversions") || list.startsWith("c-7/") ? dead : null)
    const night = nightOf({ customers: 20, latency: 30, weather })
    expect(notComplete(night).length).toBe(20 + 16)
    expect(night.endedAt).toBeLessThan(10 * 60_000)
    expect(night.arrivals.length - night.lists).toBeLessThan((20 + 16) * 15 + 20)
  })

  it("that lasts ends with the deadline", () => {
    const outage = outageFrom(90, Number.POSITIVE_INFINITY, "reset")
    const client = { ...noBudget, deadline: "1 hour" } as const
    const night = nightOf({ customers: 20, latency: 60, weather: outage.weather, client })
    expect(night.endedAt).toBeLessThanOrEqual(3_600_000 + 30_000)
    expect(night.ends.length).toBe(night.lists)
    expect(notComplete(night)[0]).toContain("deadline")
  })
})

describe("the start of a night", () => {
  it("waits until somebody answers", () => {
    const outage = outageFrom(1, 9000, "reset")
    const night = nightOf({ customers: 3, latency: 30, weather: outage.weather, client: noBudget })
    expect(notComplete(night)).toEqual([])
    expect(night.arrivals.find(({ atMillis }) => atMillis >= 9000)?.atMillis ?? 0).toBeLessThan(14_000)
  })

  it.each([
    [0, 1, 100],
    [2, 20, 121_000],
  ])("waits %d minutes and no longer", (startPatienceMinutes, requests, millis) => {
    const night = nightOf({ customers: 3, latency: 30, weather: () => "reset", startPatienceMinutes })
    const failure = failureOf(night)
    expect(failure?._tag).toBe("ApiUnavailable")
    expect(night.arrivals.length).toBeLessThanOrEqual(requests)
    expect(night.endedAt).toBeLessThan(millis)
    const waited = startPatienceMinutes === 0 ? "0 s" : "2 min"
    expect(failure?.message).toContain(`the run has waited for ${waited}; before that: the API could not be reached`)
    expect(failure?.message).toContain("startPatienceMinutes")
  })

  it("calls somebody else who stays by his name", () => {
    const night = nightOf({ customers: 3, latency: 30, weather: () => html(404), startPatienceMinutes: 2 })
    expect(failureOf(night)?._tag).toBe("NotThePartnerApi")
  })

  it("ends at once where the credentials are wrong", () => {
    const night = nightOf({ customers: 3, latency: 30, weather: () => own(401, "PARTNER_AUTH_FAILED") })
    expect([failureOf(night)?._tag, night.arrivals.length]).toEqual(["CredentialsRefused", 1])
  })
})

describe("whose word it is", () => {
  it.each([
    ["somebody else's 401", html(401)],
    ["somebody else's 403", html(403)],
    ["a 408", html(408)],
    ["a redirect", html(302, { location: "https://elsewhere.example" })],
    ["PARTNER_AUTH_FAILED", own(401, "PARTNER_AUTH_FAILED")],
    ["PARTNER_SIGNATURE_INVALID", own(401, "PARTNER_SIGNATURE_INVALID")],
  ])("%s once, in the middle of the night, changes nothing", (_what, met) => {
    const weather = ({ number }: Arrival) => (number === 70 ? met : null)
    const night = nightOf({ customers: 10, latency: 30, weather })
    expect(notComplete(night)).toEqual([])
    expect(stopOf(night)).toBe(null)
    const nonces = night.arrivals.map(({ nonce }) => nonce)
    expect(new Set(nonces).size).toBe(nonces.length)
    const paths = Object.values(Arr.groupBy(night.arrivals, ({ requestId }) => requestId))
    for (const tries of paths) expect(new Set(tries.map(({ path }) => path)).size).toBe(1)
  })

  it("credentials that stay refused end the night after more witnesses, and what was read stands", () => {
    const weather = ({ number }: Arrival) => (number >= 70 ? own(401, "PARTNER_AUTH_FAILED") : null)
    const night = nightOf({ customers: 10, latency: 30, weather })
    expect(stopOf(night)?._tag).toBe("CredentialsRefused")
    expect(night.arrivals.length).toBeLessThan(90)
    expect(night.ends.filter(({ state }) => state === "COMPLETE").length).toBeGreaterThan(50)
    expect(night.ends.length).toBe(night.lists)
  })

  const denied = own(403, "PARTNER_SCOPE_DENIED")

  it.each([1, 7, 30])("a scope that is denied to customer %d alone is denied to nobody else", (place) => {
    const weather = ({ list }: Arrival) => (list === `c-${place}/transactions` ? denied : null)
    const night = nightOf({ customers: 30, latency: 30, weather })
    expect(notComplete(night).map((list) => list.split(":")[0])).toEqual([`c-${place}/transactions DENIED`])
  })

  it("a scope that is denied to many is denied to nobody else either", () => {
    const weather = ({ list }: Arrival) => (/^c-(\d|1\d)\/transactions$/.test(list) ? denied : null)
    const night = nightOf({ customers: 30, latency: 30, weather })
    expect(notComplete(night).length).toBe(19)
  })

  it("a scope that is denied to all costs few requests", () => {
    const weather = ({ list }: Arrival) => (list.endsWith("/transactions") ? denied : null)
    const night = nightOf({ customers: 60, latency: 30, weather })
    expect(notComplete(night).length).toBe(60)
    expect(night.arrivals.filter(({ list }) => list.endsWith("/transactions")).length).toBeLessThanOrEqual(12)
  })
})

/** A spell of the weather, from the end of the one before. */
interface Spell {
  readonly fairSeconds: number
  readonly foulSeconds: number
  readonly foul: Met
}

const spell: fc.Arbitrary<Spell> = fc.record({
  fairSeconds: fc.integer({ min: 1, max: 60 }),
  foulSeconds: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 600 })),
  foul: fc.constantFrom<Array<Met>>(
    "reset",
    html(502),
    html(503),
    html(404),
    html(403),
    html(408),
    own(503, "PARTNER_PROCESSING_UNAVAILABLE"),
    html(503, { "retry-after": "30" }),
  ),
})

const strays: ReadonlyArray<Met> = ["reset", html(401), html(403), html(404), html(500), html(502), html(408)]

describe("an hour of bad weather", () => {
  it(
    "is survived by every list, at a price of at most three requests a list",
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(spell, { minLength: 3, maxLength: 12 }),
          fc.integer({ min: 0, max: 40 }),
          fc.option(fc.record({ most: fc.integer({ min: 20, max: 200 }), seconds: fc.integer({ min: 1, max: 60 }) })),
          fc.boolean(),
          fc.integer({ min: 20, max: 2000 }),
          async (spells, strayPerMille, limits, withRetryAfter, latency) => {
            // The simulation is one long step; whoever watches the tests must have a word in between.
            await setImmediate()
            const hour = 3_600_000
            let at = 0
            const fouls = spells.flatMap(({ fairSeconds, foul, foulSeconds }) => {
              const from = at + fairSeconds * 1000
              at = from + foulSeconds * 1000
              return at > hour ? [] : [{ from, to: at, foul }]
            })
            const limit = limits === null ? null : windowOf(limits.most, limits.seconds * 1000, withRetryAfter)
            const night = nightOf({
              customers: 20,
              latency,
              pagesOf: (list) => (list.endsWith("/transactions") ? 3 : 1),
              weather: (arrival) => {
                const foul = fouls.find(({ from, to }) => arrival.atMillis >= from && arrival.atMillis < to)
                if (foul !== undefined) return foul.foul
                const draw = (arrival.number * 7919) % 1000
                if (draw < strayPerMille) return strays[arrival.number % strays.length] ?? null
                return limit?.weather(arrival) ?? null
              },
            })
            expect(notComplete(night)).toEqual([])
            // Twenty lists have three pages and a look back.
            expect(night.arrivals.length).toBeLessThanOrEqual(night.lists + 20 * 3 + 3 * night.lists)
          },
        ),
        { numRuns: isLong ? 300 : 8 },
      ),
    600_000,
  )
})
