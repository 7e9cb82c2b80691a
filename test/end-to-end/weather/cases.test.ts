import dns from "node:dns"
import { Effect, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { html, type Met, own } from "../../support/weather.ts"
import { type RealArrival, weatherServer } from "../../support/weather-server.ts"
import { readIn, worldOf } from "./night-in-weather.ts"

/** Windows and outages have their full length by `npm run test:long`, and a tenth of it else. */
const full = process.env.TIDEMARK_TESTS === "long"
const scaled = (millis: number): number => (full ? millis : millis / 10)

/** All side by side: they sleep most of their time. */
const night = (what: string, body: Effect.Effect<void, unknown, Scope.Scope>) =>
  it.concurrent(what, () => Effect.runPromise(Effect.scoped(body)), 600_000)

/** Enough lists to be in full swing when the outage comes. */
const many = full ? 40 : 12

const calm = (): Met => null

/** A night in this weather, and what must hold of it whatever the weather was. */
const nightIn = (
  customers: number,
  latency: number,
  weather: (arrival: RealArrival) => Met,
  ...[client, startPatienceMinutes]: [Parameters<typeof readIn>[3]?, number?]
) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const world = worldOf(customers)
    const server = yield* weatherServer(world, latency, weather)
    const read = () => readIn(folder, world, server, client, startPatienceMinutes)
    const outcome = yield* read()
    expect(server.offences).toEqual([])
    const times = server.arrivals.map(({ atMillis }) => atMillis)
    return { ...outcome, again: read, server, world, millis: (times.at(-1) ?? 0) - (times[0] ?? 0) }
  })

const listOf = (world: ReturnType<typeof worldOf>, customer: number, stream: string): string =>
  `${world.customers[customer - 1]?.customerId}/${stream}`

/** So many requests in a window that begins with the first request after the last one has ended. */
const windowOf = (most: number, millis: number, withRetryAfter: boolean) => {
  let from = Number.NEGATIVE_INFINITY
  let through = 0
  let firstRefusal: number | null = null
  const refusals: Array<number> = []
  return {
    refusals,
    weather: ({ atMillis }: RealArrival): Met => {
      if (atMillis >= from + millis) {
        from = atMillis
        through = 0
        firstRefusal = null
      }
      if (++through <= most) return null
      firstRefusal ??= atMillis
      refusals.push(atMillis - firstRefusal)
      const left = String(Math.ceil((from + millis - atMillis) / 1000))
      const headers = { "content-type": "application/problem+json", ...(withRetryAfter ? { "retry-after": left } : {}) }
      return { status: 429, body: '{"title":"Too many requests","status":429}', headers }
    },
  }
}

describe("an API that limits how much is asked", () => {
  for (const withRetryAfter of [true, false]) {
    night(
      `costs time and nothing else, ${withRetryAfter ? "with" : "without"} Retry-After`,
      Effect.gen(function* () {
        const limit = windowOf(100, scaled(60_000), withRetryAfter)
        const { open, summary } = yield* nightIn(12, 30, limit.weather)
        expect(open).toEqual([])
        // On a machine that is busy, a short window may be over before its witness has asked.
        if (full) expect(summary?.held.limitedMillis).toBeGreaterThan(0)
        if (withRetryAfter) expect(limit.refusals.filter((sinceFirst) => sinceFirst > 1000)).toEqual([])
        expect(limit.refusals.length).toBeLessThanOrEqual(withRetryAfter ? 30 : 45)
      }),
    )
  }

  night(
    "teaches its rate to the next night",
    Effect.gen(function* () {
      const limit = full ? windowOf(25, 1000, true) : windowOf(10, 2000, true)
      const first = yield* nightIn(full ? 30 : 5, 100, limit.weather)
      expect(first.open).toEqual([])
      const refusals = limit.refusals.length
      expect(refusals).toBeGreaterThan(0)
      expect((yield* first.again()).open).toEqual([])
      expect(limit.refusals.length - refusals).toBeLessThan(refusals / 2)
    }),
  )

  night(
    "is not met where the configuration asks for less than one request a second",
    Effect.gen(function* () {
      const requestsPerSecond = full ? 0.5 : 5
      const { open, server } = yield* nightIn(1, 10, calm, { requestsPerSecond })
      expect(open).toEqual([])
      const times = server.arrivals.map(({ atMillis }) => atMillis)
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan((15.5 * 1000) / requestsPerSecond)
    }),
  )

  night(
    "for one list alone holds nobody else up",
    Effect.gen(function* () {
      const alone = listOf(worldOf(12), 5, "transactions")
      const told = own(429, "X", { "retry-after": "7200" })
      const { open } = yield* nightIn(12, 30, ({ list }) => (list === alone ? told : null))
      expect(open.map(({ list, state }) => [list, state])).toEqual([[alone, "FAILED"]])
      expect(open[0]?.reason).toContain("2 h")
    }),
  )
})

describe("an outage", () => {
  for (const [what, met, millis] of [
    ["resets", "reset", 8000],
    ["a gateway's 502", html(502), 20_000],
  ] as const) {
    night(
      `of ${what} holds everybody and ends with one probe`,
      Effect.gen(function* () {
        let from: number | null = null
        const into: Array<number> = []
        const { open } = yield* nightIn(many, 60, ({ atMillis, number }) => {
          if (number >= 100) from ??= atMillis
          if (from === null || atMillis >= from + scaled(millis)) return null
          into.push(atMillis)
          return met
        })
        expect(open).toEqual([])
        expect(into.length).toBeLessThanOrEqual(40)
      }),
    )
  }

  night(
    "of nobody who listens holds everybody too",
    Effect.gen(function* () {
      let away: (() => void) | null = null
      const folder = yield* temporaryFolder
      const world = worldOf(many)
      const server = yield* weatherServer(world, 60, ({ number }) => {
        if (number === 100) away?.()
        return null
      })
      away = () => server.away(scaled(30_000))
      const { open } = yield* readIn(folder, world, server)
      expect([open, server.offences]).toEqual([[], []])
    }),
  )

  for (const times of [5, Number.POSITIVE_INFINITY]) {
    night(
      `of one list alone ends in ${times === 5 ? "its being read" : "its failure"}, and holds nobody up`,
      Effect.gen(function* () {
        const alone = listOf(worldOf(many), 9, "transactions")
        let asked = 0
        const weather = ({ list }: RealArrival) => (list === alone && ++asked <= times ? html(500) : null)
        const { open } = yield* nightIn(many, 60, weather, { retryBudget: { percent: 10, floor: 20 } })
        expect(open.map(({ list, state }) => [list, state])).toEqual(times === 5 ? [] : [[alone, "FAILED"]])
        if (times === 5) expect(asked).toBeLessThanOrEqual(12)
        else expect(open[0]?.reason).toMatch(/HTTP 500 .*; asked \d+ times in \d+ s$/)
      }),
    )
  }
})

describe("the start", () => {
  night(
    "is waited for",
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = worldOf(3)
      const server = yield* weatherServer(world, 10, calm)
      server.away(scaled(20_000))
      const { open } = yield* readIn(folder, world, server)
      expect([open, server.offences]).toEqual([[], []])
    }),
  )

  night(
    "is not waited for where the configuration says so, and leaves a database that a later night can use",
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = worldOf(3)
      const server = yield* weatherServer(world, 10, calm)
      server.away(3_600_000)
      const { failure } = yield* readIn(folder, world, server, {}, 0)
      expect(failure).toMatchObject({ _tag: "ApiUnavailable" })
      expect(failure?.message).toContain("startPatienceMinutes")
      const back = yield* weatherServer(world, 10, calm)
      expect((yield* readIn(folder, world, back)).open).toEqual([])
    }),
  )
})

/** A name that is not found for so long, and leads to this machine then. */
const nameAfter = (name: string, millis: number) => {
  const real = dns.lookup
  const foundAt = Date.now() + millis
  const lookup = (host: string, options: dns.LookupOptions, done: (...answer: ReadonlyArray<unknown>) => void) => {
    if (host !== name) return real(host, options, done as never)
    if (Date.now() >= foundAt) return real("127.0.0.1", options, done as never)
    return process.nextTick(done, Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }))
  }
  return Effect.acquireRelease(
    Effect.sync(() => Object.assign(dns, { lookup })),
    () => Effect.sync(() => Object.assign(dns, { lookup: real })),
  )
}

describe("names and addresses", () => {
  night(
    "that are not there at first are waited for",
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = worldOf(3)
      const server = yield* weatherServer(world, 10, calm)
      yield* nameAfter("api.oceafin.test", scaled(10_000))
      const { open } = yield* readIn(folder, world, { ...server, baseUrl: `http://api.oceafin.test:${server.port}` })
      expect([open, server.offences]).toEqual([[], []])
    }),
  )

  night(
    "of a family that refuses leave the other one to be tried",
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = worldOf(1)
      // It listens on IPv4 alone, and the name may lead to IPv6 first.
      const server = yield* weatherServer(world, 10, calm)
      const { open, summary } = yield* readIn(folder, world, { ...server, baseUrl: `http://localhost:${server.port}` })
      expect([open, summary?.retries]).toEqual([[], 0])
    }),
  )
})

describe("connections", () => {
  night(
    "that are reset when they are used again cost nothing",
    Effect.gen(function* () {
      const reset: Array<RealArrival> = []
      const { open, server, summary } = yield* nightIn(full ? 20 : 8, 10, (arrival) => {
        if (arrival.onConnection < 4) return null
        reset.push(arrival)
        return "reset"
      })
      expect(open).toEqual([])
      expect([reset.length > 20, summary?.retries, summary?.held.silentMillis]).toEqual([true, 0, 0])
      for (const { requestId } of reset) {
        expect(server.arrivals.filter((arrival) => arrival.requestId === requestId).length).toBe(2)
      }
    }),
  )
})

describe("whose word it is", () => {
  const closes = { connection: "close" }
  const usual = { retryBudget: { percent: 10, floor: 20 } }

  night(
    "a default backend's 404 for a while is nobody's absence",
    Effect.gen(function* () {
      let from: number | null = null
      const backend = { status: 404, body: "default backend - 404", headers: { "content-type": "text/plain" } }
      const { open } = yield* nightIn(6, 30, ({ atMillis, number }) => {
        if (number >= 60) from ??= atMillis
        return from !== null && atMillis < from + scaled(3000) ? backend : null
      })
      expect(open).toEqual([])
    }),
  )

  for (const [what, met] of [
    ["a proxy's 401", html(401, { "www-authenticate": "NTLM", ...closes })],
    ["a firewall's 403", html(403)],
    ["a 408", html(408, closes)],
    ["the API's own 401, once", own(401, "PARTNER_AUTH_FAILED")],
  ] as const) {
    night(
      `${what} changes nothing`,
      Effect.gen(function* () {
        const { open, stopped } = yield* nightIn(6, 30, ({ number }) => (number === 60 ? met : null), usual)
        expect([open, stopped]).toEqual([[], null])
      }),
    )
  }

  for (const place of [1, 7]) {
    night(
      `a scope that is denied to customer ${place} is denied to nobody else`,
      Effect.gen(function* () {
        const denied = listOf(worldOf(10), place, "transactions")
        const { open } = yield* nightIn(10, 30, ({ list }) =>
          list === denied ? own(403, "PARTNER_SCOPE_DENIED") : null,
        )
        expect(open.map(({ list, state }) => [list, state])).toEqual([[denied, "DENIED"]])
      }),
    )
  }
})
