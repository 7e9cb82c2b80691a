import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { type AdaptivePermits, makeAdaptivePermits } from "../../src/api/adaptive-permits.ts"
import { PartnerApi } from "../../src/api/partner-api.ts"
import { emptyPage, fakeApi, problem, streamOf } from "./fake-api.ts"

/** How many can be under way at once right now. */
const places = (permits: AdaptivePermits) =>
  Effect.gen(function* () {
    let underWay = 0
    const holder = permits.withPermit(
      Effect.suspend(() => {
        underWay++
        return Effect.never
      }),
    )
    const holders = yield* Effect.forEach(Array.from({ length: 40 }), () => Effect.fork(holder))
    yield* TestClock.adjust("1 milli")
    yield* Fiber.interruptAll(holders)
    return underWay
  })

const times = (count: number, effect: Effect.Effect<void>) => Effect.repeatN(effect, count - 1)

describe("the requests that may be under way at once", () => {
  it.effect("are as many as the configuration says until the API asks for fewer", () =>
    Effect.gen(function* () {
      const permits = yield* makeAdaptivePermits(8)
      yield* times(100, permits.succeeded)
      expect(yield* places(permits)).toBe(8)
    }),
  )

  it.effect("are halved by a 429, once a second at most, and never below one", () =>
    Effect.gen(function* () {
      const permits = yield* makeAdaptivePermits(9)
      const seen: Array<number> = []
      for (let second = 0; second < 5; second++) {
        yield* times(3, permits.overloaded)
        seen.push(yield* places(permits))
        yield* TestClock.adjust("1 second")
      }
      expect(seen).toEqual([4, 2, 1, 1, 1])
    }),
  )

  it.effect("come back one by one, each after as many successes in a row as there are", () =>
    Effect.gen(function* () {
      const permits = yield* makeAdaptivePermits(8)
      yield* permits.overloaded
      const seen: Array<number> = []
      for (const successes of [3, 1, 4, 1, 6, 7, 100]) {
        yield* times(successes, permits.succeeded)
        seen.push(yield* places(permits))
      }
      expect(seen).toEqual([4, 5, 5, 6, 7, 8, 8])
    }),
  )

  it.effect("wait longer for their return where a failure comes between the successes", () =>
    Effect.gen(function* () {
      const permits = yield* makeAdaptivePermits(8)
      yield* permits.overloaded
      yield* times(3, permits.succeeded)
      yield* permits.failed
      yield* times(3, permits.succeeded)
      expect(yield* places(permits)).toBe(4)
      yield* permits.succeeded
      expect(yield* places(permits)).toBe(5)
    }),
  )

  it.effect(
    "are no more than half after the first 429 of a run of the client, and all of them once it is well again",
    () =>
      Effect.gen(function* () {
        let underWay = 0
        const mostIn = { storm: 0, after: 0 }
        let window: keyof typeof mostIn | null = null
        const { layer } = fakeApi(({ number }) =>
          Effect.gen(function* () {
            underWay++
            if (window !== null) mostIn[window] = Math.max(mostIn[window], underWay)
            yield* Effect.sleep("100 millis")
            underWay--
            return number <= 8 ? problem(429, null, { "retry-after": "5" }) : emptyPage
          }),
        )
        yield* Effect.gen(function* () {
          const api = yield* PartnerApi
          const ask = api.page({ stream: streamOf("balances"), customerId: "c", cursor: null }, Effect.succeed)
          const first = yield* Effect.fork(
            Effect.all(
              Array.from({ length: 8 }, () => ask),
              { concurrency: "unbounded" },
            ),
          )
          yield* TestClock.adjust("1 second")
          window = "storm"
          const second = yield* Effect.fork(
            Effect.all(
              Array.from({ length: 4 }, () => ask),
              { concurrency: "unbounded" },
            ),
          )
          yield* TestClock.adjust("150 millis")
          yield* Fiber.join(second)
          window = null
          yield* TestClock.adjust("10 seconds")
          yield* Fiber.join(first)
          yield* Effect.forkDaemon(
            Effect.forever(
              Effect.all(
                Array.from({ length: 20 }, () => ask),
                { concurrency: 20 },
              ),
            ),
          )
          yield* TestClock.adjust("10 seconds")
          window = "after"
          yield* TestClock.adjust("1 second")
        }).pipe(Effect.provide(layer))
        expect(mostIn).toEqual({ storm: 4, after: 8 })
      }),
  )
})
