import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { makeReadings, type Reading } from "../../../src/pipelines/sync/readings.ts"

const pageOf = (customerId: string, bytes: number): Reading => {
  const answer = {
    body: new Uint8Array(bytes),
    status: 200,
    requestId: "r",
    attempts: 1,
    serverTimeMillis: null,
    receivedAtMillis: 0,
  }
  const page = {
    items: 0,
    hasMore: false,
    endIsDoubtful: false,
    nextCursor: null,
    kept: null,
    redacted: false,
    loadable: null,
    rejected: [],
  }
  const read = { chain: 1, part: "chain", sequence: 1, cursorIn: null, answer, page } as const
  return { _tag: "Page", customerId, stream: "transactions", read }
}

const allRead: Reading = { _tag: "AllRead" }
const countOf = Effect.map((group: ReadonlyArray<Reading>) => group.length)

describe("readings on their way to the writer", () => {
  it.effect("go into a commit at once, and then with what comes within a second", () =>
    Effect.gen(function* () {
      const readings = yield* makeReadings()
      yield* readings.offer(pageOf("c-1", 10))
      expect(yield* countOf(readings.take)).toBe(1)
      const next = yield* Effect.fork(countOf(readings.take))
      yield* readings.offer(pageOf("c-2", 10))
      yield* TestClock.adjust("900 millis")
      expect(yield* Fiber.poll(next)).toMatchObject({ _tag: "None" })
      yield* readings.offer(pageOf("c-3", 10))
      yield* TestClock.adjust("100 millis")
      expect(yield* Fiber.join(next)).toBe(2)
    }),
  )

  it.effect("wait for nobody where they are as much as one commit takes, and are not more than that", () =>
    Effect.gen(function* () {
      const readings = yield* makeReadings()
      yield* readings.offer(pageOf("c-1", 10))
      yield* readings.take
      for (const customer of ["c-2", "c-3", "c-4"]) yield* readings.offer(pageOf(customer, 4_000_000))
      expect(yield* countOf(readings.take)).toBe(2)
      const rest = yield* Effect.fork(countOf(readings.take))
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.join(rest)).toBe(1)
    }),
  )

  it.effect(
    "make the readers wait once they are too much for two commits, whatever their number, and never for ever",
    () =>
      Effect.gen(function* () {
        const readings = yield* makeReadings()
        let offered = 0
        const reader = yield* Effect.fork(
          Effect.forEach(
            Array.from({ length: 10_000 }, (_, index) => pageOf(`c-${index}`, 1)),
            (page) => Effect.map(readings.offer(page), () => offered++),
          ),
        )
        yield* TestClock.adjust("1 hour")
        expect(offered).toBeLessThan(5_000)
        let taken = 0
        while (taken < 10_000) taken += yield* countOf(readings.take)
        yield* Fiber.join(reader)
        // One page that is larger than all that may wait goes by itself.
        yield* readings.offer(pageOf("large", 20_000_000))
        expect(yield* countOf(readings.take)).toBe(1)
      }),
  )

  it.effect("wait for nobody where they are the last", () =>
    Effect.gen(function* () {
      const readings = yield* makeReadings()
      yield* readings.offer(pageOf("c-1", 10))
      yield* readings.take
      yield* readings.offer(pageOf("c-2", 10))
      yield* readings.offer(allRead)
      expect(yield* readings.take).toMatchObject([{ customerId: "c-2" }, { _tag: "AllRead" }])
    }),
  )
})
