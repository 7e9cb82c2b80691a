import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import type { ApiFailure } from "../../src/api/failures.ts"
import { PartnerApi } from "../../src/api/partner-api.ts"
import { changePolicy, classify, policyOf, retryPolicy } from "../../src/api/retry-policy.ts"
import { makeStreamBreakers } from "../../src/api/stream-breaker.ts"
import type { StreamName } from "../../src/api/streams.ts"
import { emptyPage, fakeApi, problem, reset, streamOf } from "./fake-api.ts"

const once = changePolicy({ transport: { tries: 1 }, server_error: { tries: 1 } })

/** An API whose answers a test may change; each request is tried once. */
const changeableApi = (options: { readonly tryOnce: boolean }) => {
  const state = { works: false, lastsSeconds: 0 }
  const { calls, layer } = fakeApi(
    () => Effect.sync(() => (state.works ? emptyPage : reset)).pipe(Effect.delay(`${state.lastsSeconds} seconds`)),
    { policy: options.tryOnce && once._tag === "Right" ? once.right : retryPolicy },
  )
  return { calls, layer, state }
}

const ask = (stream: StreamName = "balances", customerId = "c-1") =>
  Effect.flatMap(PartnerApi, (api) =>
    api.page({ stream: streamOf(stream), customerId, cursor: null }, Effect.succeed),
  ).pipe(
    Effect.as("answered" as const),
    Effect.catchAll((failure: ApiFailure) => Effect.succeed(classify(failure))),
  )

const asks = (count: number) => Effect.all(Array.from({ length: count }, () => ask()))

describe("the breaker of a stream", () => {
  it.effect("opens after five tries in a row that found no answer, and then sends nothing", () =>
    Effect.gen(function* () {
      const { calls, layer } = changeableApi({ tryOnce: true })
      yield* Effect.gen(function* () {
        expect(yield* asks(7)).toEqual([
          ...Array.from({ length: 5 }, () => "transport"),
          "breaker_open",
          "breaker_open",
        ])
        yield* TestClock.adjust("29999 millis")
        expect(yield* asks(2)).toEqual(["breaker_open", "breaker_open"])
      }).pipe(Effect.provide(layer))
      expect(calls.length).toBe(5)
    }),
  )

  it.effect("counts over all customers, and leaves other streams alone", () =>
    Effect.gen(function* () {
      const { calls, layer, state } = changeableApi({ tryOnce: true })
      yield* Effect.gen(function* () {
        yield* Effect.forEach(["a", "b", "c", "d", "e"], (customer) => ask("balances", customer))
        state.works = true
        expect(yield* ask("balances", "f")).toBe("breaker_open")
        expect(yield* ask("transactions", "f")).toBe("answered")
      }).pipe(Effect.provide(layer))
      expect(calls.length).toBe(6)
    }),
  )

  it.effect("starts counting anew with any answer, a refusal too", () =>
    Effect.gen(function* () {
      const { layer } = fakeApi(
        ({ number }) => Effect.succeed(number % 5 === 0 ? problem(404, "PARTNER_CUSTOMER_NOT_FOUND") : reset),
        once._tag === "Right" ? { policy: once.right } : {},
      )
      const seen = yield* asks(25).pipe(Effect.provide(layer))
      expect(seen.filter((each) => each === "breaker_open")).toEqual([])
    }),
  )

  it.effect("lets one request find out after the cool-down: where it is answered, all may go again", () =>
    Effect.gen(function* () {
      const { calls, layer, state } = changeableApi({ tryOnce: true })
      yield* Effect.gen(function* () {
        yield* asks(5)
        yield* TestClock.adjust("30 seconds")
        Object.assign(state, { works: true, lastsSeconds: 1 })
        const probe = yield* Effect.fork(ask())
        yield* TestClock.adjust("500 millis")
        expect([yield* ask(), calls.length]).toEqual(["breaker_open", 6])
        yield* TestClock.adjust("500 millis")
        expect(yield* Fiber.join(probe)).toBe("answered")
        state.lastsSeconds = 0
        expect(yield* asks(3)).toEqual(["answered", "answered", "answered"])
      }).pipe(Effect.provide(layer))
    }),
  )

  it.effect("opens again where the one that was let through finds no answer either", () =>
    Effect.gen(function* () {
      const { calls, layer } = changeableApi({ tryOnce: true })
      yield* Effect.gen(function* () {
        yield* asks(5)
        yield* TestClock.adjust("30 seconds")
        expect(yield* asks(2)).toEqual(["transport", "breaker_open"])
        yield* TestClock.adjust("29 seconds")
        expect(yield* ask()).toBe("breaker_open")
        yield* TestClock.adjust("1 second")
        expect(yield* ask()).toBe("transport")
      }).pipe(Effect.provide(layer))
      expect(calls.length).toBe(7)
    }),
  )

  it.effect("lets another one through where the first was given up before it could tell", () =>
    Effect.gen(function* () {
      const { layer, state } = changeableApi({ tryOnce: true })
      yield* Effect.gen(function* () {
        yield* asks(5)
        yield* TestClock.adjust("30 seconds")
        Object.assign(state, { works: true, lastsSeconds: 9 })
        const probe = yield* Effect.fork(ask())
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(probe)
        state.lastsSeconds = 0
        expect(yield* ask()).toBe("answered")
      }).pipe(Effect.provide(layer))
    }),
  )

  it.effect("ends a request between its tries, which tells of the failure before", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(() => Effect.succeed(reset), { breaker: { failures: 3, coolDown: "1 minute" } })
      const failure = yield* Effect.gen(function* () {
        const api = yield* PartnerApi
        const fiber = yield* Effect.fork(
          Effect.flip(api.page({ stream: streamOf("balances"), customerId: "c", cursor: null }, Effect.succeed)),
        )
        yield* TestClock.adjust("20 seconds")
        return yield* Fiber.join(fiber)
      }).pipe(Effect.provide(layer))
      expect(calls.length).toBe(3)
      expect(failure).toMatchObject({
        _tag: "RequestWithheld",
        reason: "BreakerOpen",
        after: { _tag: "TransportFailure" },
      })
      expect(failure.message).toBe(
        `not asked, because the list does not answer: 3 tries in a row found no answer on balances, and it is left alone for 1m at a time; before that: the API could not be reached (read ECONNRESET; request ${failure.requestId})`,
      )
      expect(policyOf(failure)).toMatchObject({
        failure: "breaker_open",
        requeue: true,
        partition: "FAILED",
        run: "goes on",
      })
    }),
  )

  it("learns nothing from what was under way when it opened", () => {
    const breakers = makeStreamBreakers({ failures: 1, coolDown: "30 seconds" })
    const [first, second] = [breakers.enter("balances", 0), breakers.enter("balances", 0)]
    if (first === null || second === null) throw new Error("a closed breaker lets everybody through")
    expect(breakers.found("balances", first, "outage", 0)).toBe(true)
    expect(breakers.found("balances", second, "answered", 1)).toBe(false)
    expect(breakers.enter("balances", 29_999)).toBe(null)
    expect(breakers.enter("balances", 30_000)).toBe("probe")
    expect(breakers.enter("balances", 30_000)).toBe(null)
  })
})
