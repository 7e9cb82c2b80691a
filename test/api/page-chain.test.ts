import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Redacted, Stream } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import type { ApiFailure } from "../../src/api/failures.ts"
import { type ChainPage, pageChain } from "../../src/api/page-chain.ts"
import { type Behaviour, fakeApi, inTurn, problem, says, streamOf, whileTimePasses } from "./fake-api.ts"
import { fixtureBytes } from "./fixtures.ts"

const contract = resolveContract()
const deposits = streamOf("fiat_deposits", contract)
const salt = Redacted.make("the salt of this test")

const page = (cursor: string | null) =>
  says(200, JSON.stringify({ data: [], pageInfo: { nextCursor: cursor, hasMore: cursor !== null } }))

/** Walks a chain to its end or its failure, and tells what came before it. */
const walk = (behaviour: Behaviour) =>
  Effect.gen(function* () {
    const { calls, layer } = fakeApi(behaviour)
    const pages: Array<ChainPage> = []
    const exit = yield* pageChain(contract, deposits, "c-1", { _tag: "Hash", salt }).pipe(
      Stream.runForEach((read) => Effect.sync(() => void pages.push(read))),
      Effect.provide(layer),
      Effect.exit,
      whileTimePasses,
    )
    const failure = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : null
    const cursors = calls.map(({ url }) => url.searchParams.get("cursor"))
    return { pages, cursors, failure: failure?._tag === "Some" ? (failure.value satisfies ApiFailure) : null }
  })

describe("the chain of a partition", () => {
  it.effect("is its pages in order, each asked for by the cursor that the one before gave", () =>
    Effect.gen(function* () {
      const bodies = [1, 2, 3].map((number) => says(200, fixtureBytes(`fiat-deposits-${number}`)))
      const { cursors, failure, pages } = yield* walk(({ number }) => Effect.succeed(bodies[number - 1] ?? page(null)))
      expect(failure).toBe(null)
      expect(cursors).toEqual([null, "after d-5 & more=yes", "after d-3"])
      expect(pages.map((read) => [read.sequence, read.cursorIn, read.page.nextCursor, read.page.items])).toEqual([
        [1, null, "after d-5 & more=yes", 2],
        [2, "after d-5 & more=yes", "after d-3", 2],
        [3, "after d-3", null, 1],
      ])
      expect(pages.map((read) => read.page.rejected.length)).toEqual([0, 1, 0])
      expect(pages.map((read) => read.answer.body)).toEqual(bodies.map(({ body }) => body))
    }),
  )

  it.effect("ends after one page that says that nothing follows", () =>
    Effect.gen(function* () {
      const { cursors, pages } = yield* walk(inTurn(page(null)))
      expect([pages.length, cursors]).toEqual([1, [null]])
    }),
  )

  it.effect.each([
    ["the page before", ["a", "a"], 1],
    ["an earlier page", ["a", "b", "a"], 2],
  ] as const)("ends with RepeatedCursor when a cursor comes again from %s", ([_where, given, kept]) =>
    Effect.gen(function* () {
      const { cursors, failure, pages } = yield* walk(({ number }) => Effect.succeed(page(given[number - 1] ?? "z")))
      expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "RepeatedCursor", status: 200 })
      expect(pages.map(({ sequence }) => sequence)).toEqual(Array.from({ length: kept }, (_, index) => index + 1))
      expect(cursors.length).toBe(given.length)
    }),
  )

  it.effect("keeps the pages that came before a refusal", () =>
    Effect.gen(function* () {
      const { failure, pages } = yield* walk(inTurn(page("a"), page("b"), problem(403, "PARTNER_SCOPE_DENIED")))
      expect(failure).toMatchObject({ _tag: "PartnerProblem", code: "PARTNER_SCOPE_DENIED" })
      expect(pages.map(({ sequence }) => sequence)).toEqual([1, 2])
    }),
  )

  it.effect("asks again for a page that is not JSON, and goes on with the right one", () =>
    Effect.gen(function* () {
      const { cursors, failure, pages } = yield* walk(inTurn(page("a"), says(200, '{"data":['), page(null)))
      expect([failure, cursors]).toEqual([null, [null, "a", "a"]])
      expect(pages.map(({ answer, sequence }) => [sequence, answer.attempts])).toEqual([
        [1, 1],
        [2, 2],
      ])
    }),
  )

  it.effect("does not ask again for a page without an envelope", () =>
    Effect.gen(function* () {
      const { cursors, failure, pages } = yield* walk(inTurn(page("a"), says(200, "{}")))
      expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "NoItems" })
      expect([pages.length, cursors.length]).toEqual([1, 2])
    }),
  )

  it.effect("begins anew each time that it is walked", () =>
    Effect.gen(function* () {
      const { layer } = fakeApi(({ url }) => Effect.succeed(page(url.searchParams.has("cursor") ? null : "a")))
      const chain = pageChain(contract, deposits, "c-1", { _tag: "Keep" })
      const counts = yield* Effect.all([Stream.runCount(chain), Stream.runCount(chain)]).pipe(Effect.provide(layer))
      expect(counts).toEqual([2, 2])
    }),
  )
})
