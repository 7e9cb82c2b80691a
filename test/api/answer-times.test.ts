import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { clockSentence, serverTimeMillis } from "../../src/api/answer-times.ts"
import { PartnerApi } from "../../src/api/partner-api.ts"
import { policyOf } from "../../src/api/retry-policy.ts"
import { emptyPage, fakeApi, inTurn, problem, streamOf, whileTimePasses } from "./fake-api.ts"

const ask = Effect.flatMap(PartnerApi, (api) =>
  api.page({ stream: streamOf("balances"), customerId: "c-1", cursor: null }, Effect.succeed),
)

describe("the sentence about the clock", () => {
  it.each([
    [423_000, "this machine's clock is 7 min 3 s behind the API's"],
    [-423_000, "this machine's clock is 7 min 3 s ahead of the API's"],
    [1499, "this machine's clock is 1 s behind the API's"],
    [-59_600, "this machine's clock is 1 min ahead of the API's"],
    [3_600_000, "this machine's clock is 1 h behind the API's"],
    [3_603_000, "this machine's clock is 1 h behind the API's"],
    [-5_405_000, "this machine's clock is 1 h 30 min ahead of the API's"],
    [90_000_000, "this machine's clock is 1 day 1 h behind the API's"],
    [-31_536_000_000, "this machine's clock is 365 days ahead of the API's"],
    [499, "this machine's clock agrees with the API's to the second"],
    [-499, "this machine's clock agrees with the API's to the second"],
  ])("for %d ms is: %s", (offset, sentence) => {
    expect(clockSentence(offset)).toBe(sentence)
  })
})

describe("the time of an answer", () => {
  it("is its Date, where that is one", () => {
    expect(serverTimeMillis({ date: "Sun, 28 Jun 2026 00:00:05 GMT" })).toBe(Date.parse("2026-06-28T00:00:05Z"))
    for (const date of [undefined, "", "soon", "2026", "Xxx, 99 Xxx 2026 00:00:05 GMT"]) {
      expect(serverTimeMillis({ date })).toBe(null)
    }
  })

  it.effect("says by how much our clock is off when a signature stays stale, and stops the run", () =>
    Effect.gen(function* () {
      const stale = problem(401, "PARTNER_SIGNATURE_EXPIRED", { date: "Sun, 28 Jun 2026 00:07:03 GMT" })
      const { calls, layer } = fakeApi(inTurn(stale))
      yield* TestClock.setTime(Date.parse("2026-06-28T00:00:00Z"))
      const failure = yield* ask.pipe(Effect.flip, Effect.provide(layer))
      expect(failure).toMatchObject({ _tag: "PartnerProblem", clockOffsetMillis: 423_000 })
      expect(policyOf(failure).run).toBe("stop")
      expect(calls.length).toBe(2)
    }),
  )

  it.effect("is not needed for one more try with a fresh signature", () =>
    Effect.gen(function* () {
      const stale = problem(401, "PARTNER_SIGNATURE_EXPIRED")
      const { calls, layer } = fakeApi(inTurn(stale, emptyPage))
      expect((yield* ask.pipe(Effect.provide(layer))).attempts).toBe(2)
      const again = fakeApi(inTurn(stale))
      const failure = yield* ask.pipe(Effect.flip, Effect.provide(again.layer))
      expect(failure).toMatchObject({ _tag: "PartnerProblem", clockOffsetMillis: null })
      expect([calls.length, again.calls.length]).toEqual([2, 2])
    }),
  )

  it.effect("is given another chance where the stale answers were not in a row", () =>
    Effect.gen(function* () {
      const stale = problem(401, "PARTNER_SIGNATURE_EXPIRED")
      const { calls, layer } = fakeApi(inTurn(stale, problem(503, null), stale, emptyPage))
      expect((yield* ask.pipe(Effect.provide(layer), whileTimePasses)).attempts).toBe(4)
      expect(calls.length).toBe(4)
    }),
  )
})
