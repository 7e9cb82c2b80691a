import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Random, Redacted } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import type { ApiFailure } from "../../src/api/failures.ts"
import {
  type ChainPage,
  type ChainPosition,
  firstPosition,
  type UnsteadyChain,
  walkChain,
} from "../../src/api/page-chain.ts"
import { type Behaviour, fakeApi, inTurn, problem, says, streamOf, whileTimePasses } from "./fake-api.ts"
import { fixtureBytes } from "./fixtures.ts"

const contract = resolveContract()
const deposits = streamOf("fiat_deposits", contract)
const salt = Redacted.make("the salt of this test")

const page = (cursor: string | null) =>
  says(200, JSON.stringify({ data: [], pageInfo: { nextCursor: cursor, hasMore: cursor !== null } }))

/** The pages of a chain from a position on. */
const collected = (from: ChainPosition = firstPosition) =>
  Effect.suspend(() => {
    const pages: Array<ChainPage> = []
    const options = { contract, stream: deposits, customerId: "c-1", personalData: { _tag: "Keep" } } as const
    return Effect.as(
      walkChain(options, from, (read) => Effect.sync(() => pages.push(read))),
      pages,
    )
  })

/** Walks a chain to its end or its failure, and tells what came before it. */
const walk = (behaviour: Behaviour) =>
  Effect.gen(function* () {
    const { calls, layer } = fakeApi(behaviour)
    const pages: Array<ChainPage> = []
    const exit = yield* walkChain(
      { contract, stream: deposits, customerId: "c-1", personalData: { _tag: "Hash", salt } },
      firstPosition,
      (read) => Effect.sync(() => void pages.push(read)),
    ).pipe(Effect.provide(layer), Effect.exit, whileTimePasses)
    const failure = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : null
    const cursors = calls.map(({ url }) => url.searchParams.get("cursor"))
    return {
      pages,
      cursors,
      failure: failure?._tag === "Some" ? (failure.value satisfies ApiFailure | UnsteadyChain) : null,
    }
  })

describe("the chain of a partition", () => {
  it.effect("is its pages in order, each asked for by the cursor that the one before gave", () =>
    Effect.gen(function* () {
      const bodies = [1, 2, 3].map((number) => says(200, fixtureBytes(`fiat-deposits-${number}`)))
      const answerTo = (number: number) => bodies[number - 1] ?? bodies[0] ?? page(null)
      const { cursors, failure, pages: all } = yield* walk(({ number }) => Effect.succeed(answerTo(number)))
      const pages = all.slice(0, 3)
      expect(all.map(({ part, sequence }) => [part, sequence])).toEqual([
        ["chain", 1],
        ["chain", 2],
        ["chain", 3],
        ["look back", 4],
      ])
      expect(failure).toBe(null)
      expect(cursors).toEqual([null, "after d-5 & more=yes", "after d-3", null])
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
      expect([failure, cursors]).toEqual([null, [null, "a", "a", null]])
      expect(pages.map(({ answer, sequence }) => [sequence, answer.attempts])).toEqual([
        [1, 1],
        [2, 2],
        [3, 1],
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
      const count = Effect.map(collected(), (pages) => pages.length)
      expect(yield* Effect.all([count, count]).pipe(Effect.provide(layer))).toEqual([3, 3])
    }),
  )
})

const created = (second: number): string => new Date(Date.parse("2026-03-10T02:30:00Z") + second * 1000).toISOString()

/** A record of a list, created so many seconds after the chain's first page was asked for. */
interface Entry {
  readonly id: string
  readonly second: number
}

const item = ({ id, second }: Entry) => ({
  depositId: id,
  customerId: "c-1",
  fiatAccountId: "f-1",
  currency: "USD",
  amount: "1.00",
  fee: "0.00",
  netAmount: "1.00",
  status: "COMPLETED",
  createdAt: created(second),
  updatedAt: created(second),
})

/** What becomes of the list before the n-th request (from 1) is answered. */
type Move = (list: ReadonlyArray<Entry>, second: number) => ReadonlyArray<Entry>

const older = (count: number): ReadonlyArray<Entry> =>
  Array.from({ length: count }, (_, place) => ({ id: `d-${count - place}`, second: -1000 - place }))

/** A list with offsets as cursors, which moves as told while it is read; requests are a second apart by the server's clock. */
const movingList = (start: ReadonlyArray<Entry>, moves: Readonly<Record<number, Move>>, pageSize = 3) => {
  const state = { list: start, lastLook: start }
  const behaviour: Behaviour = ({ number, url }) =>
    Effect.sync(() => {
      state.list = moves[number]?.(state.list, number) ?? state.list
      if (!url.searchParams.has("cursor")) state.lastLook = state.list
      const from = Number(url.searchParams.get("cursor") ?? "0")
      const to = from + pageSize
      const more = to < state.list.length
      const body = {
        data: state.list.slice(from, to).map(item),
        pageInfo: { nextCursor: more ? String(to) : null, hasMore: more },
      }
      return says(200, JSON.stringify(body), { date: new Date(created(number)).toUTCString() })
    })
  /** The list when its first page was last asked for: what comes later belongs to the next night. */
  return { behaviour, now: () => state.lastLook.map(({ id }) => id) }
}

let born = 0
const arrive: Move = (list, second) => [{ id: `new-${++born}`, second }, ...list]
const arriveMany =
  (count: number): Move =>
  (list, second) =>
    Array.from({ length: count }).reduce<ReadonlyArray<Entry>>((before) => arrive(before, second), list)
const comeToFront =
  (place: number): Move =>
  (list) => {
    const entry = list[place % list.length]
    return entry === undefined ? list : [entry, ...list.filter((other) => other !== entry)]
  }

const idsOf = (pages: ReadonlyArray<ChainPage>) => new Set(pages.flatMap(({ page }) => page.ids))

describe("a list that moves while it is read", () => {
  it.effect("is read on at its front, where records arrived meanwhile", () =>
    Effect.gen(function* () {
      const { behaviour, now } = movingList(older(7), { 2: arrive, 3: arrive })
      const { failure, pages } = yield* walk(behaviour)
      expect(failure).toBe(null)
      expect(pages.map(({ chain, part, sequence }) => [chain, part, sequence])).toEqual([
        [1, "chain", 1],
        [1, "chain", 2],
        [1, "chain", 3],
        [1, "look back", 4],
      ])
      expect([...now()].sort()).toEqual([...idsOf(pages)].sort())
    }),
  )

  it.effect("is read on over several pages, where more arrived than fit on one", () =>
    Effect.gen(function* () {
      const { behaviour, now } = movingList(older(7), { 3: arriveMany(5) })
      const { cursors, failure, pages } = yield* walk(behaviour)
      expect(failure).toBe(null)
      expect(cursors).toEqual([null, "3", "6", "9", null, "3"])
      expect([...now()].sort()).toEqual([...idsOf(pages)].sort())
    }),
  )

  it.effect("is read anew, where a record came to the front past a page that was not read yet", () =>
    Effect.gen(function* () {
      // Before the second request the last record comes first: every other one is a place further, one page has it twice.
      const { behaviour, now } = movingList(older(7), { 2: comeToFront(6) })
      const { failure, pages } = yield* walk(behaviour)
      expect(failure).toBe(null)
      expect(new Set(pages.map(({ chain }) => chain))).toEqual(new Set([1, 2]))
      expect([...now()].sort()).toEqual([...idsOf(pages)].sort())
    }),
  )

  it.effect("ends as unsteady after three restarts, when it never holds still", () =>
    Effect.gen(function* () {
      const always: Move = comeToFront(5)
      const moves = Object.fromEntries(Array.from({ length: 99 }, (_, number) => [number + 1, always]))
      const { failure, pages } = yield* walk(movingList(older(7), moves).behaviour)
      expect(failure).toMatchObject({ _tag: "UnsteadyChain", reason: "ListMoved" })
      expect(failure?.message).toMatch(/^records of the list moved while it was being read; the chain was begun anew/)
      expect(Math.max(...pages.map(({ chain }) => chain))).toBeLessThanOrEqual(4)
    }),
  )

  it.effect("loses no record, whatever arrives and moves in whatever order", () =>
    Effect.gen(function* () {
      for (let seed = 1; seed <= 100; seed++) {
        const random = Effect.withRandom(Random.make(seed))
        const [length, pageSize, count] = yield* random(
          Effect.all([Random.nextIntBetween(0, 20), Random.nextIntBetween(1, 5), Random.nextIntBetween(0, 4)]),
        )
        const entries = yield* random(
          Effect.forEach(Array.from({ length: count }), () =>
            Effect.all([Random.nextIntBetween(1, 14), Random.nextIntBetween(0, 3), Random.nextIntBetween(0, 25)]),
          ),
        )
        const moves = Object.fromEntries(
          entries.map(([at, kind, place]) => [at, [arrive, arriveMany(place), comeToFront(place)][kind] ?? arrive]),
        )
        const { behaviour, now } = movingList(older(length), moves, pageSize)
        const { failure, pages } = yield* walk(behaviour)
        if (failure !== null) {
          expect(failure, `seed ${seed}`).toMatchObject({ _tag: "UnsteadyChain" })
          continue
        }
        const seen = idsOf(pages)
        expect(
          now().filter((id) => !seen.has(id)),
          `seed ${seed}`,
        ).toEqual([])
      }
    }),
  )
})

describe("a chain whose cursors do not last", () => {
  const expired = problem(410, null)
  const page3 = (from: number, more: string | null) =>
    says(
      200,
      JSON.stringify({
        data: older(9)
          .slice(from, from + 3)
          .map(item),
        pageInfo: { nextCursor: more, hasMore: more !== null },
      }),
    )

  /** A list of three pages; the requests with these numbers meet an expired cursor. */
  const expiring =
    (...numbers: ReadonlyArray<number>): Behaviour =>
    ({ number, url }) =>
      Effect.succeed(
        numbers.includes(number) && url.searchParams.has("cursor")
          ? expired
          : ({ a: page3(3, "b"), b: page3(6, null) }[url.searchParams.get("cursor") ?? ""] ?? page3(0, "a")),
      )

  it.effect("is begun anew, and the pages say which chain they are of", () =>
    Effect.gen(function* () {
      const { cursors, failure, pages } = yield* walk(expiring(3))
      expect(failure).toBe(null)
      expect(cursors).toEqual([null, "a", "b", null, "a", "b", null])
      expect(pages.map(({ chain, part, sequence }) => `${chain} ${part} ${sequence}`)).toEqual([
        "1 chain 1",
        "1 chain 2",
        "2 chain 1",
        "2 chain 2",
        "2 chain 3",
        "2 look back 4",
      ])
    }),
  )

  it.effect("is not begun a fourth time, nor a third time without getting any further", () =>
    Effect.gen(function* () {
      // The second page is never had: the first restart gets no further, and neither does the second.
      const stuck = yield* walk(expiring(2, 4, 6, 8, 10))
      expect(stuck.failure).toMatchObject({ _tag: "UnsteadyChain", reason: "CursorExpired", restarts: 2 })
      expect(stuck.cursors).toEqual([null, "a", null, "a", null, "a"])
    }),
  )

  it.effect("says in a sentence what happened", () =>
    Effect.gen(function* () {
      const { failure } = yield* walk(expiring(2, 4, 6))
      expect(failure?.message).toMatch(
        /^the API no longer takes a cursor that it gave; the chain was begun anew 2 times \(request .+\)$/,
      )
    }),
  )

  it.effect("is not begun anew where the first page itself is refused", () =>
    Effect.gen(function* () {
      const { cursors, failure } = yield* walk(inTurn(expired))
      expect([failure?._tag, cursors]).toEqual(["PartnerProblem", [null]])
    }),
  )
})

describe("a chain that would never end", () => {
  it.effect("ends when it gives the same records again under ever new cursors", () =>
    Effect.gen(function* () {
      const { cursors, failure } = yield* walk(({ number }) =>
        Effect.succeed(
          says(
            200,
            JSON.stringify({ data: older(2).map(item), pageInfo: { nextCursor: `c-${number}`, hasMore: true } }),
          ),
        ),
      )
      expect(failure).toMatchObject({ _tag: "UnsteadyChain", reason: "PageRepeated" })
      expect(cursors.length).toBeLessThanOrEqual(8)
    }),
  )

  it.effect("ends when it gives empty pages for ever", () =>
    Effect.gen(function* () {
      const { cursors, failure } = yield* walk(({ number }) => Effect.succeed(page(`c-${number}`)))
      expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "EmptyPages" })
      expect(cursors.length).toBe(11)
    }),
  )

  it.effect("goes on over a few empty pages that say more follows", () =>
    Effect.gen(function* () {
      const last = says(
        200,
        JSON.stringify({ data: older(2).map(item), pageInfo: { nextCursor: null, hasMore: false } }),
      )
      const { failure, pages } = yield* walk(inTurn(page("a"), page("b"), page("c"), last, page("a")))
      expect(failure).toBe(null)
      expect(pages.map((read) => read.page.items)).toEqual([0, 0, 0, 2, 0])
    }),
  )
})

/** A page of these records, with what it says of its end. */
const saying = (records: ReadonlyArray<unknown>, nextCursor: string | null, hasMore: boolean) =>
  says(200, JSON.stringify({ data: records, pageInfo: { nextCursor, hasMore } }))

describe("a list whose records come again and again, under ever new cursors", () => {
  const rotated = (records: ReadonlyArray<unknown>, by: number) => [...records.slice(by), ...records.slice(0, by)]
  const withoutIds = older(6).map((entry) => ({ ...item(entry), depositId: null, reference: entry.id }))

  it.effect.each([
    ["in another order", older(6).map(item)],
    ["without ids", withoutIds],
    ["without anything that can be read", [1, 2, 3, 4, 5]],
  ] as const)("ends after a few requests: %s", ([_how, records]) =>
    Effect.gen(function* () {
      const { cursors, failure } = yield* walk(({ number }) =>
        Effect.succeed(saying(rotated(records, number % records.length), `c-${number}`, true)),
      )
      expect(failure).toMatchObject({ _tag: "UnsteadyChain", reason: expect.stringMatching(/NothingNew|PageRepeated/) })
      expect(cursors.length).toBeLessThan(20)
    }),
  )

  it.effect("ends as well where it is long, without remembering all of it", () =>
    Effect.gen(function* () {
      const pages = 101
      const records = older(pages * 200).map(item)
      const { cursors, failure } = yield* walk(({ number }) => {
        const from = ((number - 1) % pages) * 200
        // Each time round the pages begin a record later.
        const at = from + Math.floor((number - 1) / pages)
        return Effect.succeed(saying(records.slice(at, at + 200), `c-${number}`, true))
      })
      expect(failure).toMatchObject({ reason: "NothingNew" })
      expect(cursors.length).toBeLessThan(3 * (pages + 10))
    }),
  )

  it.effect("is another thing than a page or two that a long list gives again", () =>
    Effect.gen(function* () {
      const records = older(6).map(item)
      const pages = [
        [0, 3],
        [1, 3],
        [0, 2],
        [3, 6],
      ].map(([from, to]) => records.slice(from, to))
      const { failure } = yield* walk(({ number, url }) =>
        Effect.succeed(
          url.searchParams.has("cursor") || number === 1
            ? saying(pages[number - 1] ?? [], number < 4 ? `c-${number}` : null, number < 4)
            : saying(records.slice(0, 3), "c-1", true),
        ),
      )
      expect(failure).toBe(null)
    }),
  )
})

describe("a page that says that nothing follows, and gives a cursor", () => {
  const [one, two, three] = [older(9).slice(0, 3), older(9).slice(3, 6), older(9).slice(6)].map((list) =>
    list.map(item),
  )
  const chains =
    (pages: ReadonlyArray<readonly [records: ReadonlyArray<unknown> | undefined, cursor: string | null]>): Behaviour =>
    ({ url }) => {
      const at = pages.findIndex(([, cursor]) => cursor === url.searchParams.get("cursor"))
      const [records = [], next] = pages[at + 1] ?? []
      return Effect.succeed(saying(records, next ?? null, false))
    }

  it.effect("is followed, and what lies behind it is read", () =>
    Effect.gen(function* () {
      const { cursors, failure, pages } = yield* walk(
        chains([
          [[], null],
          [one, "a"],
          [two, "b"],
          [three, null],
        ]),
      )
      expect([failure, cursors]).toEqual([null, [null, "a", "b", null]])
      expect(idsOf(pages).size).toBe(9)
      expect(pages.map(({ page: { hasMore } }) => hasMore)).toEqual([true, true, false, true])
    }),
  )

  it.effect("is the end where nothing lies behind it, though that gives a cursor again", () =>
    Effect.gen(function* () {
      const { cursors, failure, pages } = yield* walk(
        chains([
          [[], null],
          [one, "a"],
          [[], "b"],
          [[], "c"],
        ]),
      )
      expect([failure, cursors]).toEqual([null, [null, "a", null]])
      expect(pages.map(({ page: { hasMore, nextCursor } }) => [hasMore, nextCursor])).toEqual([
        [true, "a"],
        [false, null],
        [true, "a"],
      ])
    }),
  )

  it.effect("is the end where the cursor is the one that led to it", () =>
    Effect.gen(function* () {
      const { cursors, failure } = yield* walk(({ url }) =>
        Effect.succeed(url.searchParams.has("cursor") ? saying(two ?? [], "a", false) : saying(one ?? [], "a", true)),
      )
      expect([failure, cursors]).toEqual([null, [null, "a", null]])
    }),
  )

  it.effect("is no end where its cursor is refused", () =>
    Effect.gen(function* () {
      const { failure } = yield* walk(({ url }) =>
        Effect.succeed(url.searchParams.has("cursor") ? problem(400, null) : saying(one ?? [], "a", false)),
      )
      expect(failure).toMatchObject({ reason: "CursorExpired" })
    }),
  )
})

describe("an empty list beside a code", () => {
  it.effect("is the problem that the code names, though its status is 200", () =>
    Effect.gen(function* () {
      const refusal = {
        code: "PARTNER_SCOPE_DENIED",
        title: "No",
        data: [],
        pageInfo: { nextCursor: null, hasMore: false },
      }
      const { failure, pages } = yield* walk(inTurn(says(200, JSON.stringify(refusal))))
      expect(failure).toMatchObject({ _tag: "PartnerProblem", code: "PARTNER_SCOPE_DENIED" })
      expect(pages).toEqual([])
      const other = yield* walk(inTurn(says(200, JSON.stringify({ ...refusal, code: "OK" }))))
      expect([other.failure, other.pages.length]).toEqual([null, 1])
    }),
  )
})

describe("a chain that goes on from where an earlier process had come", () => {
  it.effect("asks for the next page, and looks back at the list as it was when the chain began", () =>
    Effect.gen(function* () {
      const { behaviour } = movingList(older(7), {})
      const { calls, layer } = fakeApi(behaviour)
      const position = {
        ...firstPosition,
        sequence: 3,
        cursor: "6",
        used: new Set(["3", "6"]),
        head: { ids: ["d-7", "d-6", "d-5"], readAtMillis: Date.parse(created(0)) },
      }
      const pages = yield* collected(position).pipe(Effect.provide(layer))
      expect(calls.map(({ url }) => url.searchParams.get("cursor"))).toEqual(["6", null])
      expect([...pages].map(({ part, sequence }) => [part, sequence])).toEqual([
        ["chain", 3],
        ["look back", 4],
      ])
    }),
  )

  it.effect("notices a cursor that the earlier process had already followed", () =>
    Effect.gen(function* () {
      const { layer } = fakeApi(inTurn(page("a")))
      const position = { ...firstPosition, sequence: 2, cursor: "b", used: new Set(["a", "b"]) }
      const failure = yield* collected(position).pipe(Effect.provide(layer), Effect.flip)
      expect(failure).toMatchObject({ reason: "RepeatedCursor" })
    }),
  )
})
