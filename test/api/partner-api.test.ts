import { createHash, createHmac } from "node:crypto"
import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, FastCheck as fc, TestClock } from "effect"
import { assumedPage } from "../../src/api/contract.ts"
import { UnreadablePage } from "../../src/api/failures.ts"
import { pageUrl } from "../../src/api/page-request.ts"
import { PartnerApi } from "../../src/api/partner-api.ts"
import {
  type Call,
  emptyPage,
  fakeApi,
  inTurn,
  problem,
  reset,
  says,
  secret,
  shortestWaits,
  streamOf,
  whileTimePasses,
} from "./fake-api.ts"

const deposits = streamOf("fiat_deposits")

const ask = (customerId = "c-1", cursor: string | null = null) =>
  Effect.flatMap(PartnerApi, (api) => api.page({ stream: deposits, customerId, cursor }, Effect.succeed))

const header = (call: Call | undefined, name: string): string => call?.headers[name] ?? "(absent)"

const signatureByHand = ({ headers, url }: Call): string => {
  const nothing = createHash("sha256").update("").digest("hex")
  const base = `GET\n${url.pathname}${url.search}\n${nothing}\n${headers["x-partner-timestamp"]}\n${headers["x-partner-nonce"]}\n`
  return createHmac("sha256", secret).update(base).digest("hex")
}

describe("a request for a page", () => {
  it.effect("is a GET of the customer's list with limit and cursor, signed exactly as it is sent", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(emptyPage))
      yield* ask("7f9c2ba4-e88f", "b2Zm==&x=y z+'~/é").pipe(Effect.provide(layer))
      const [call] = calls
      expect(call?.method).toBe("GET")
      expect(call?.url.origin).toBe("https://api.example.test")
      expect(call?.url.pathname).toBe("/partner/v1/customers/7f9c2ba4-e88f/fiat-deposits")
      expect(call?.url.searchParams.get("limit")).toBe("200")
      expect(call?.url.searchParams.get("cursor")).toBe("b2Zm==&x=y z+'~/é")
      expect(call === undefined ? "" : signatureByHand(call)).toBe(header(call, "x-partner-signature"))
    }),
  )

  it.effect("carries the documented headers and no others", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(emptyPage))
      yield* ask().pipe(Effect.withSpan("a span whose trace must not leave"), Effect.provide(layer))
      expect(Object.keys(calls[0]?.headers ?? {}).sort()).toEqual([
        "accept",
        "accept-encoding",
        "x-partner-client-id",
        "x-partner-nonce",
        "x-partner-signature",
        "x-partner-timestamp",
        "x-request-id",
      ])
      expect(header(calls[0], "x-partner-client-id")).toBe("partner-7")
      expect(header(calls[0], "x-partner-nonce").length).toBeGreaterThanOrEqual(16)
      expect(header(calls[0], "x-partner-timestamp")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
      expect(inspect(calls, { depth: 9 })).not.toContain(secret)
    }),
  )

  it.effect("keeps its X-Request-Id over the tries, with a fresh nonce, time and signature each", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(reset, problem(503, null), emptyPage))
      yield* TestClock.setTime(Date.parse("2026-06-28T00:00:00Z"))
      const answer = yield* ask().pipe(Effect.provide(layer), whileTimePasses)
      const distinct = (name: string) => new Set(calls.map((call) => header(call, name))).size
      expect([calls.length, answer.attempts]).toEqual([3, 3])
      expect(distinct("x-request-id")).toBe(1)
      expect(answer.requestId).toBe(header(calls[0], "x-request-id"))
      expect(["x-partner-nonce", "x-partner-timestamp", "x-partner-signature"].map(distinct)).toEqual([3, 3, 3])
      expect(calls.map((call) => Date.parse(header(call, "x-partner-timestamp")))).toEqual(
        calls.map(({ atMillis }) => Math.floor(atMillis)),
      )
      expect(calls.map(signatureByHand)).toEqual(calls.map((call) => header(call, "x-partner-signature")))
    }),
  )

  it.effect("has an X-Request-Id of its own", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(emptyPage))
      yield* Effect.all([ask(), ask(), ask()]).pipe(Effect.provide(layer))
      expect(new Set(calls.map((call) => header(call, "x-request-id"))).size).toBe(3)
    }),
  )

  it("names any customer, list and cursor so that the API reads back the same", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((value) => !/^\.{1,2}$/.test(value))
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 200 }), (customerId, cursor, limit) => {
        const url = pageUrl("https://api.example.test", assumedPage, limit, { stream: deposits, customerId, cursor })
        const [, , , , customer, list, ...rest] = url.pathname.split("/")
        expect([decodeURIComponent(customer ?? ""), list, rest]).toEqual([customerId, "fiat-deposits", []])
        expect([...url.searchParams]).toEqual([
          ["limit", String(limit)],
          ["cursor", cursor],
        ])
        expect(new URL(url.href).search).toBe(url.search)
      }),
    )
  })

  it("goes under the path prefix of the base URL, with the parameter names of the contract in force", () => {
    const page = { ...assumedPage, limitParameter: "pageSize", cursorParameter: "after" }
    const url = pageUrl("http://127.0.0.1:4010/mock", page, 50, { stream: deposits, customerId: "c", cursor: "x" })
    expect(url.href).toBe("http://127.0.0.1:4010/mock/partner/v1/customers/c/fiat-deposits?pageSize=50&after=x")
  })
})

describe("an answer", () => {
  it.effect("is handed on byte for byte, with the server's clock and the tries", () =>
    Effect.gen(function* () {
      const body = new Uint8Array([0x7b, 0xff, 0x00, 0x7d])
      const { layer } = fakeApi(inTurn(says(200, body, { date: "Sun, 28 Jun 2026 00:00:05 GMT" })))
      yield* TestClock.setTime(1000)
      const answer = yield* ask().pipe(Effect.provide(layer))
      expect(answer).toMatchObject({ body, status: 200, attempts: 1, receivedAtMillis: 1000 })
      expect(answer.serverTimeMillis).toBe(Date.parse("2026-06-28T00:00:05Z"))
    }),
  )

  it.effect("that refuses is a problem with what the API said of it", () =>
    Effect.gen(function* () {
      const said = {
        code: "PARTNER_CUSTOMER_NOT_FOUND",
        title: "Gone",
        detail: "No such customer",
        requestId: "echo-1",
      }
      const askedBy = (tellsDetail: boolean) =>
        ask().pipe(Effect.flip, Effect.provide(fakeApi(inTurn(says(404, JSON.stringify(said))), { tellsDetail }).layer))
      const failure = yield* askedBy(true)
      expect(failure).toMatchObject({ _tag: "PartnerProblem", status: 404, ...said })
      // Its own words may name a person.
      expect(yield* askedBy(false)).toMatchObject({ code: said.code, requestId: "echo-1", title: null, detail: null })
      expect([String(failure), JSON.stringify(failure), inspect(failure, { depth: 9 })].join()).not.toContain(secret)
    }),
  )

  it.effect.each([204, 301, 404])("with status %d and no document is a problem without a code", (status) =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(says(status, "")))
      const failure = yield* ask().pipe(Effect.flip, Effect.provide(layer), whileTimePasses)
      expect(failure).toMatchObject({ _tag: "PartnerProblem", status, code: null })
      expect(failure.requestId).toBe(header(calls[0], "x-request-id"))
    }),
  )

  it.effect("larger than the limit is refused by what it announces, and by what it is", () =>
    Effect.gen(function* () {
      const large = new Uint8Array(101)
      const announced = fakeApi(inTurn(says(200, "", { "content-length": "101" })), { maxPageBytes: 100 })
      const arrived = fakeApi(inTurn(says(200, large)), { maxPageBytes: 100 })
      const within = fakeApi(inTurn(says(200, large.slice(1))), { maxPageBytes: 100 })
      for (const [{ calls, layer }, bytes] of [
        [announced, "101"],
        [arrived, "more than 100"],
      ] as const) {
        const failure = yield* ask().pipe(Effect.flip, Effect.provide(layer))
        expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "TooLarge" })
        expect(failure.message).toContain(`${bytes} bytes, and the limit is 100`)
        expect(calls.length).toBe(1)
      }
      expect((yield* ask().pipe(Effect.provide(within.layer))).body.byteLength).toBe(100)
    }),
  )

  it.effect("that never comes ends in a time-out, and so does a body that never ends", () =>
    Effect.gen(function* () {
      for (const behaviour of [() => Effect.never, inTurn({ ...emptyPage, arrival: "never ends" as const })]) {
        const { calls, layer } = fakeApi(behaviour, { timeout: "10 seconds" })
        const failure = yield* ask().pipe(Effect.flip, Effect.provide(layer), shortestWaits, whileTimePasses)
        expect(failure).toMatchObject({ _tag: "TransportFailure", reason: "Timeout" })
        expect(failure.message).toContain("no whole answer within 10s")
        expect(calls.map(({ atMillis }) => atMillis - (calls[0]?.atMillis ?? 0))).toEqual([
          0, 10_250, 20_500, 30_750, 41_000,
        ])
      }
    }),
  )

  it.effect("that does not come is told with the cause that lies deepest", () =>
    Effect.gen(function* () {
      const connection = fakeApi(inTurn(reset))
      const cut = fakeApi(inTurn({ ...emptyPage, arrival: "cut short" }))
      const first = yield* ask().pipe(Effect.flip, Effect.provide(connection.layer), whileTimePasses)
      const second = yield* ask().pipe(Effect.flip, Effect.provide(cut.layer), whileTimePasses)
      expect(first).toMatchObject({ _tag: "TransportFailure", reason: "Connection", detail: "read ECONNRESET" })
      expect(second).toMatchObject({ _tag: "TransportFailure", reason: "CutShort", detail: "terminated" })
      expect([inspect(first, { depth: 9 }), JSON.stringify(second)].join()).not.toContain(secret)
    }),
  )

  it.effect("that refuses and is cut short is asked for again, because its code is what decides", () =>
    Effect.gen(function* () {
      const refused = problem(403, "PARTNER_PRODUCT_DISABLED")
      const { calls, layer } = fakeApi(inTurn({ ...refused, arrival: "cut short" }, refused))
      const failure = yield* ask().pipe(Effect.flip, Effect.provide(layer), whileTimePasses)
      expect(failure).toMatchObject({ _tag: "PartnerProblem", code: "PARTNER_PRODUCT_DISABLED" })
      expect(calls.length).toBe(2)
    }),
  )

  it.effect("that its reader finds fault with is asked for again, as the table says", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(says(200, "<html>"), emptyPage))
      const read = yield* Effect.flatMap(PartnerApi, (api) =>
        api.page({ stream: deposits, customerId: "c-1", cursor: null }, (answer) =>
          answer.body[0] === 0x3c
            ? new UnreadablePage({ reason: "NotJson", detail: "", ...answer })
            : Effect.succeed(answer.attempts),
        ),
      ).pipe(Effect.provide(layer), whileTimePasses)
      expect([read, calls.length]).toEqual([2, 2])
    }),
  )
})

describe("the clock of the server", () => {
  const expired = problem(401, "PARTNER_SIGNATURE_EXPIRED", { date: "Sun, 28 Jun 2026 03:00:00 GMT" })

  it.effect("is taken over when a signature is said to have expired, for the next try and for all that follow", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(expired, emptyPage))
      yield* TestClock.setTime(Date.parse("2026-06-28T00:00:00Z"))
      yield* Effect.gen(function* () {
        yield* ask()
        yield* TestClock.adjust("1 minute")
        yield* ask()
      }).pipe(Effect.provide(layer))
      expect(calls.map((call) => header(call, "x-partner-timestamp"))).toEqual([
        "2026-06-28T00:00:00.000Z",
        "2026-06-28T03:00:00.000Z",
        "2026-06-28T03:01:00.000Z",
      ])
    }),
  )

  it.effect("is believed once: a second expiry ends the request", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(expired))
      const failure = yield* ask().pipe(Effect.flip, Effect.provide(layer), whileTimePasses)
      expect([failure._tag, calls.length]).toEqual(["PartnerProblem", 2])
    }),
  )

  it.effect("is not touched by any other answer", () =>
    Effect.gen(function* () {
      const dated = { date: "Sun, 28 Jun 2026 03:00:00 GMT" }
      const { calls, layer } = fakeApi(inTurn(problem(401, "PARTNER_NONCE_REPLAYED", dated), emptyPage))
      yield* ask().pipe(Effect.provide(layer), whileTimePasses)
      expect(header(calls[1], "x-partner-timestamp")).toBe("1970-01-01T00:00:00.000Z")
    }),
  )

  it.effect("is what a Retry-After date is measured by, since the date is the server's own", () =>
    Effect.gen(function* () {
      const busy = problem(429, null, {
        date: "Sun, 28 Jun 2026 03:00:00 GMT",
        "retry-after": "Sun, 28 Jun 2026 03:00:20 GMT",
      })
      const { calls, layer } = fakeApi(inTurn(busy, emptyPage))
      yield* TestClock.setTime(Date.parse("2026-06-28T00:00:00Z"))
      yield* ask().pipe(Effect.provide(layer), Effect.exit, whileTimePasses)
      expect(calls.map(({ atMillis }) => atMillis - (calls[0]?.atMillis ?? 0))).toEqual([0, 20_000])
    }),
  )
})

describe("the limits of a run", () => {
  it.effect.each([1, 3, 8])("let no more than %d requests be under way at once", (concurrency) =>
    Effect.gen(function* () {
      let underWay = 0
      let most = 0
      const { calls, layer } = fakeApi(
        () =>
          Effect.gen(function* () {
            most = Math.max(most, ++underWay)
            yield* Effect.sleep("1 second")
            underWay--
            return emptyPage
          }),
        { concurrency },
      )
      yield* Effect.forEach(Array.from({ length: 20 }), () => ask(), { concurrency: "unbounded" }).pipe(
        Effect.provide(layer),
        whileTimePasses,
      )
      expect([most, calls.length]).toEqual([concurrency, 20])
    }),
  )

  it.effect("let others go on while one waits for its next try", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(
        ({ url }) =>
          Effect.succeed(url.pathname.includes("/busy/") ? problem(429, null, { "retry-after": "60" }) : emptyPage),
        { concurrency: 1 },
      )
      yield* Effect.gen(function* () {
        const busy = yield* Effect.fork(ask("busy"))
        const done = yield* Deferred.make<number>()
        yield* Effect.yieldNow()
        yield* Effect.fork(Effect.zipRight(ask("free"), Deferred.complete(done, Clock.currentTimeMillis)))
        yield* TestClock.adjust("1 second")
        expect(yield* Deferred.await(done)).toBeLessThanOrEqual(1000)
        yield* Fiber.interrupt(busy)
      }).pipe(Effect.provide(layer))
      expect(calls.length).toBe(2)
    }),
  )

  it.effect("let a request go that was given up, so that the next one has its place", () =>
    Effect.gen(function* () {
      const { layer } = fakeApi(({ number }) => (number === 1 ? Effect.never : Effect.succeed(emptyPage)), {
        concurrency: 1,
      })
      yield* Effect.gen(function* () {
        const stuck = yield* Effect.fork(ask())
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(stuck)
        expect((yield* ask()).attempts).toBe(1)
      }).pipe(Effect.provide(layer))
    }),
  )

  it.effect("let no more requests begin in a second than are allowed, retries included", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(
        ({ number }) => Effect.succeed(number % 4 === 0 ? problem(401, "PARTNER_NONCE_REPLAYED") : emptyPage),
        { concurrency: 50, requestsPerSecond: 5 },
      )
      yield* Effect.forEach(Array.from({ length: 20 }), () => Effect.exit(ask()), { concurrency: "unbounded" }).pipe(
        Effect.provide(layer),
        whileTimePasses,
      )
      const times = calls.map(({ atMillis }) => atMillis)
      const inSecondFrom = (start: number) => times.filter((at) => at >= start && at < start + 1000).length
      expect(times.length).toBeGreaterThan(20)
      expect(Math.max(...times)).toBeLessThanOrEqual(1000 * Math.ceil(times.length / 5))
      expect(Math.max(...times.map(inSecondFrom))).toBeLessThanOrEqual(5)
    }),
  )
})
