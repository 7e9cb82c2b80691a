import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, FastCheck as fc, TestClock } from "effect"
import { PartnerApi, type PartnerApiOptions } from "../../src/api/partner-api.ts"
import { makeRetryBudget } from "../../src/api/retry-budget.ts"
import { classify, policyOf } from "../../src/api/retry-policy.ts"
import {
  type Behaviour,
  emptyPage,
  fakeApi,
  inTurn,
  problem,
  reset,
  shortestWaits,
  streamOf,
  whileTimePasses,
} from "./fake-api.ts"

const ask = Effect.flatMap(PartnerApi, (api) =>
  api.page({ stream: streamOf("balances"), customerId: "c-1", cursor: null }, Effect.succeed),
)

/** Asks for 200 pages, eight at a time, and tells what was sent and how each request ended. */
const night = (behaviour: Behaviour, changes: Partial<PartnerApiOptions> = {}) =>
  Effect.gen(function* () {
    const { calls, layer } = fakeApi(behaviour, changes)
    const ends: Array<string> = []
    const counts = yield* Effect.gen(function* () {
      yield* Effect.forEach(
        Array.from({ length: 200 }),
        () =>
          Effect.map(Effect.either(ask), (end) => ends.push(end._tag === "Right" ? "answered" : classify(end.left))),
        { concurrency: 8 },
      )
      return yield* (yield* PartnerApi).counts
    }).pipe(Effect.provide(layer), (all) => whileTimePasses(all, "30 days"))
    return { sent: calls.length, counts, ends }
  })

describe("the budget of retries", () => {
  it.effect("lets a storm of 429 cost a tenth of the requests and twenty more, and not a request besides", () =>
    Effect.gen(function* () {
      const { counts, ends, sent } = yield* night(inTurn(problem(429, null)))
      expect([sent, counts.requests, counts.retries]).toEqual([240, 240, 40])
      expect(new Set(ends)).toEqual(new Set(["budget_spent"]))
    }),
  )

  it.effect("lets lists that fail alone cost no more either", () =>
    Effect.gen(function* () {
      expect((yield* night(inTurn(reset))).sent).toBe(240)
      expect((yield* night(inTurn(problem(503, null)))).sent).toBe(240)
    }),
  )

  it.effect("is as large as the configuration says", () =>
    Effect.gen(function* () {
      const storm = inTurn(problem(429, null))
      expect((yield* night(storm, { retryBudget: { percent: 0, floor: 3 } })).sent).toBe(203)
      expect((yield* night(storm, { retryBudget: { percent: 50, floor: 0 } })).sent).toBe(300)
    }),
  )

  it.effect("when spent, makes a failure final, which is told with its reason", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(problem(429, null)), { retryBudget: { percent: 10, floor: 0 } })
      const failure = yield* ask.pipe(Effect.flip, Effect.provide(layer))
      expect(failure).toMatchObject({ _tag: "RequestWithheld", reason: "BudgetSpent", after: { status: 429 } })
      expect(failure.message).toBe(
        `not asked again, because the run's retries are used up: a run retries 10 % of its requests and 0 more; before that: HTTP 429 (request ${failure.requestId})`,
      )
      expect(policyOf(failure)).toMatchObject({ failure: "budget_spent", partition: "FAILED", run: "goes on" })
      expect(calls.length).toBe(1)
    }),
  )

  it("never lets more retries go than its share and its floor, whatever comes in whatever order", () => {
    const step = fc.constantFrom("request", "retry")
    fc.assert(
      fc.property(fc.nat(200), fc.nat(50), fc.array(step), (percent, floor, steps) => {
        const budget = makeRetryBudget({ percent, floor })
        let [requests, retries] = [0, 0]
        for (const each of steps) {
          if (each === "request") {
            budget.requestMade()
            requests++
          } else {
            const before = retries
            if (budget.take()) retries++
            expect(retries > before).toBe(before + 1 <= floor + (requests * percent) / 100)
          }
        }
      }),
    )
  })
})

describe("the deadline of a run", () => {
  it.effect("ends a request at once whose wait would end later", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(problem(503, null, { "retry-after": "60" })), { deadline: "60 seconds" })
      const failure = yield* ask.pipe(Effect.flip, Effect.provide(layer))
      expect(failure).toMatchObject({ _tag: "RequestWithheld", reason: "Deadline", after: { status: 503 } })
      expect(failure.message).toContain("not asked, because of the run's deadline: a run asks for no longer than 1m")
      expect(policyOf(failure)).toMatchObject({ failure: "run_deadline", partition: "PARTIAL", run: "goes on" })
      expect(calls.length).toBe(1)
    }),
  )

  it.effect("lets a wait end that ends before it", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(problem(503, null, { "retry-after": "59" }), emptyPage), {
        deadline: "60 seconds",
      })
      yield* ask.pipe(Effect.provide(layer), shortestWaits, whileTimePasses)
      expect(calls.map(({ atMillis }) => atMillis)).toEqual([0, 59_000])
    }),
  )

  it.effect("counts from the making of the client, and lets nothing go once it has passed", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(inTurn(emptyPage), { deadline: "1 minute" })
      yield* TestClock.adjust("1 hour")
      const failure = yield* Effect.gen(function* () {
        yield* TestClock.adjust("59999 millis")
        yield* ask
        yield* TestClock.adjust("1 milli")
        return yield* Effect.flip(ask)
      }).pipe(Effect.provide(layer))
      expect(failure).toMatchObject({ _tag: "RequestWithheld", reason: "Deadline", after: null })
      expect(calls.length).toBe(1)
    }),
  )

  it.effect("holds for a request whose turn comes too late", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(() => Effect.delay(Effect.succeed(emptyPage), "20 seconds"), {
        deadline: "15 seconds",
        concurrency: 1,
      })
      const [first, second] = yield* Effect.gen(function* () {
        const both = yield* Effect.fork(Effect.all([ask, ask].map(Effect.either), { concurrency: 2 }))
        yield* TestClock.adjust("1 minute")
        return yield* Fiber.join(both)
      }).pipe(Effect.provide(layer))
      expect([first?._tag, second?._tag, calls.length]).toEqual(["Right", "Left", 1])
    }),
  )

  it.effect("is none unless it is said", () =>
    Effect.gen(function* () {
      const { layer } = fakeApi(inTurn(emptyPage))
      const attempts = yield* Effect.gen(function* () {
        yield* TestClock.adjust("30 days")
        return (yield* ask).attempts
      }).pipe(Effect.provide(layer))
      expect(attempts).toBe(1)
    }),
  )
})
