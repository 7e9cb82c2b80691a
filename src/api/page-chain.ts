import { Data, Effect } from "effect"
import type { Contract, ContractStream } from "./contract.ts"
import { type ApiFailure, UnreadablePage } from "./failures.ts"
import { type ListHead, lookedBack, usualHeadSlackMillis } from "./list-head.ts"
import { PartnerApi } from "./partner-api.ts"
import type { PersonalData } from "./personal-data.ts"
import { type ReadPage, readPage } from "./read-page.ts"
import type { ReceivedAnswer } from "./received-answer.ts"
import { policyOf } from "./retry-policy.ts"
import { makeSeenRecords, type SeenRecords } from "./seen-records.ts"
import { sha256Hex } from "./signing.ts"

/** A page with its place in its chain. */
export interface ChainPage {
  /** 1 for the partition's first chain in a run, and one more for each restart. */
  readonly chain: number
  /** `look back`: the first page read again after the chain had ended, and what must be read to come to known records. */
  readonly part: "chain" | "look back"
  /** From 1 in each chain; looking back counts on. */
  readonly sequence: number
  readonly cursorIn: string | null
  readonly answer: ReceivedAnswer
  readonly page: ReadPage
  /** Where the walk goes on; null after the last page. */
  readonly next: ChainPosition | null
}

type PageRead = Omit<ChainPage, "next">

/** Where a partition's walk stands: what is asked for next. */
export interface ChainPosition {
  readonly chain: number
  readonly part: "chain" | "look back"
  readonly sequence: number
  readonly cursor: string | null
  /** The chain's first page as it was read; null before that. */
  readonly head: ListHead | null
  /** Cursors that this chain has given, so that none is followed twice. */
  readonly used: ReadonlySet<string>
}

export const firstPosition: ChainPosition = {
  chain: 1,
  part: "chain",
  sequence: 1,
  cursor: null,
  head: null,
  used: new Set(),
}

/** The list would not hold still, or its cursors did not last, and the restarts are used up. */
export class UnsteadyChain extends Data.TaggedError("UnsteadyChain")<{
  readonly reason: "CursorExpired" | "ListMoved" | "PageRepeated" | "NothingNew"
  readonly restarts: number
  readonly requestId: string
}> {
  override get message(): string {
    const times = this.restarts === 1 ? "once" : `${this.restarts} times`
    return `${unsteadySentences[this.reason]}; the chain was begun anew ${times} (request ${this.requestId})`
  }
}

const unsteadySentences = {
  CursorExpired: "the API no longer takes a cursor that it gave",
  ListMoved: "records of the list moved while it was being read",
  PageRepeated: "the list gave a page again that it had given before",
  NothingNew: "page after page of the list gave only records that it had given before",
} as const

/** Restarts of a chain within a run. Source: docs/rules.md, "Cursors". */
const mostRestarts = 3

/** Chains in a row that may break no further on than the best one before: a cursor that never lasts is not worth three walks. */
const mostFutile = 2

/** Empty pages in a row that say more follows. Some lists filter after paging; a list that does so for ever has no end. */
const mostEmptyPages = 10

/** Pages in a row that give only what the chain gave before: the list grew by whole pages at its head, or it has no end. */
const mostStalePages = 3

/** Pages of a look back: more than a list ever grows by while it is read. */
const mostLookBackPages = 1000

/** A walk: its position, and what decides whether it may begin anew. */
interface Walk extends ChainPosition {
  /** Grows with the chain. */
  readonly used: Set<string>
  /** SHA-256 of the records of each page that this chain gave; grows with the chain. */
  readonly given: Set<string>
  readonly seen: SeenRecords
  /** Whether the page before said that nothing follows, and gave a cursor. */
  readonly endIsDoubtful: boolean
  readonly lookBackPages: number
  readonly emptyInARow: number
  readonly staleInARow: number
  readonly restarts: number
  readonly furthest: number
  readonly futile: number
}

/** A chain at its beginning, or as an earlier process left it. */
const nothingGiven = () => ({
  given: new Set<string>(),
  seen: makeSeenRecords(),
  endIsDoubtful: false,
  lookBackPages: 0,
  emptyInARow: 0,
  staleInARow: 0,
})

export type WalkFailure = ApiFailure | UnsteadyChain

const anew = (walk: Walk, reason: UnsteadyChain["reason"], requestId: string): Effect.Effect<Walk, UnsteadyChain> => {
  const futile = walk.sequence > walk.furthest ? 0 : walk.futile + 1
  if (walk.restarts === mostRestarts || futile === mostFutile) {
    return Effect.fail(new UnsteadyChain({ reason, restarts: walk.restarts, requestId }))
  }
  const next: Walk = {
    ...firstPosition,
    chain: walk.chain + 1,
    ...nothingGiven(),
    used: new Set(),
    restarts: walk.restarts + 1,
    furthest: Math.max(walk.furthest, walk.sequence),
    futile,
  }
  return Effect.as(Effect.logWarning(`the list is read anew: ${unsteadySentences[reason]}`), next)
}

const unreadable = (reason: UnreadablePage["reason"], detail: string, answer: ReceivedAnswer): UnreadablePage =>
  new UnreadablePage({ reason, detail, requestId: answer.requestId, status: answer.status, body: answer.body })

/** Each record by its id; one that has none by all it says. */
const marksOf = ({ ids, rejected }: ReadPage): ReadonlyArray<string> => {
  if (!ids.includes(null)) return ids as ReadonlyArray<string>
  const payloads = new Map(rejected.map(({ index, payload }) => [index, payload]))
  return ids.map((id, index) => id ?? payloads.get(index) ?? "")
}

/**
 * A page that says that nothing follows and gives a cursor is believed where that cursor was followed before, or where
 * the page before said the same and here is nothing. Else the cursor is followed, and what lies behind it tells.
 */
const withItsEnd = (walk: Walk, page: ReadPage): ReadPage =>
  walk.part === "chain" &&
  page.endIsDoubtful &&
  page.nextCursor !== null &&
  (walk.used.has(page.nextCursor) || (walk.endIsDoubtful && page.items === 0))
    ? { ...page, hasMore: false, nextCursor: null }
    : page

/** What follows a page of the chain: more of it, a look back, or nothing (null). */
const afterChainPage = (walk: Walk, { answer, page }: PageRead): Effect.Effect<Walk | null, WalkFailure> => {
  const next = page.nextCursor
  const marks = marksOf(page)
  const print = marks.length === 0 ? null : sha256Hex(JSON.stringify(marks))
  if (print !== null && walk.given.has(print)) return anew(walk, "PageRepeated", answer.requestId)
  const emptyInARow = page.items === 0 ? walk.emptyInARow + 1 : 0
  const head: ListHead = walk.head ?? {
    ids: page.ids,
    readAtMillis: answer.serverTimeMillis ?? answer.receivedAtMillis,
  }
  if (next === null) {
    // A single page is one moment of the list; only between pages can it move.
    const isMoment = walk.sequence === 1
    return Effect.succeed(
      isMoment ? null : { ...walk, part: "look back", sequence: walk.sequence + 1, cursor: null, head },
    )
  }
  if (emptyInARow > mostEmptyPages) {
    return unreadable("EmptyPages", `${emptyInARow} in a row up to page ${walk.sequence}`, answer)
  }
  const bringsNew = walk.seen.bringsNew(marks)
  const staleInARow = bringsNew === null ? walk.staleInARow : bringsNew ? 0 : walk.staleInARow + 1
  if (staleInARow === mostStalePages) {
    return anew(walk, "NothingNew", answer.requestId)
  }
  walk.used.add(next)
  if (print !== null) walk.given.add(print)
  return Effect.succeed({
    ...walk,
    sequence: walk.sequence + 1,
    cursor: next,
    head,
    endIsDoubtful: page.endIsDoubtful,
    emptyInARow,
    staleInARow,
  })
}

/** What follows a page that was read to look back: nothing where it leads to known records, more of it, or a new chain. */
const afterLookBack = (
  walk: Walk,
  { answer, page }: PageRead,
  headSlackMillis: number,
): Effect.Effect<Walk | null, WalkFailure> => {
  const seen = lookedBack(walk.head, page, headSlackMillis)
  if (seen === "known") return Effect.succeed(null)
  const lookBackPages = walk.lookBackPages + 1
  if (seen === "moved" || page.nextCursor === null || lookBackPages === mostLookBackPages) {
    return anew(walk, "ListMoved", answer.requestId)
  }
  return Effect.succeed({ ...walk, sequence: walk.sequence + 1, cursor: page.nextCursor, lookBackPages })
}

/** A partition to walk, and how it is read. */
export interface ChainOptions {
  readonly contract: Contract
  readonly stream: ContractStream
  readonly customerId: string
  readonly personalData: PersonalData
  /** As in lookedBack. */
  readonly headSlackMillis?: number
  /** Told of each try that fails. */
  readonly trouble?: (atMillis: number) => void
}

/**
 * Hands on the pages of a partition from a position on: each cursor the one that the previous page gave, until "no more";
 * then, where there were several, the first page again, to see what arrived while the others were read. A list that moved
 * otherwise than by growing, a page that came before, and a cursor that is no longer taken begin the chain anew, at most
 * three times, as does one that brings nothing new. A cursor that comes twice ends it, because such a chain would never end by itself.
 */
export const walkChain = <E, R>(
  options: ChainOptions,
  from: ChainPosition,
  onPage: (page: ChainPage) => Effect.Effect<unknown, E, R>,
): Effect.Effect<void, WalkFailure | E, PartnerApi | R> =>
  Effect.gen(function* () {
    const api = yield* PartnerApi
    const { contract, customerId, headSlackMillis = usualHeadSlackMillis, personalData, stream, trouble } = options

    const ask = (walk: Walk): Effect.Effect<PageRead, ApiFailure> => {
      const { chain, part, sequence, cursor: cursorIn } = walk
      const request = { stream, customerId, cursor: cursorIn, ...(trouble === undefined ? {} : { trouble }) }
      return Effect.flatMap(
        api.page(request, (answer) =>
          Effect.map(readPage(contract, stream, customerId, personalData, answer), (page) => ({ answer, page })),
        ),
        ({ answer, page: given }) => {
          const page = withItsEnd(walk, given)
          return page.nextCursor !== null && part === "chain" && walk.used.has(page.nextCursor)
            ? unreadable("RepeatedCursor", `after page ${sequence}`, answer)
            : Effect.succeed({ chain, part, sequence, cursorIn, answer, page })
        },
      )
    }

    /** The page that is next, read anew from the beginning where a cursor has expired. */
    const read = (walk: Walk): Effect.Effect<readonly [Walk, PageRead], WalkFailure> =>
      ask(walk).pipe(
        Effect.map((page) => [walk, page] as const),
        Effect.catchIf(
          (failure) => policyOf(failure).partition === "RESTARTED",
          (failure) => Effect.flatMap(anew(walk, "CursorExpired", failure.requestId), read),
        ),
      )

    let walk: Walk | null = {
      ...from,
      ...nothingGiven(),
      used: new Set(from.used),
      restarts: from.chain - 1,
      furthest: 0,
      futile: 0,
    }
    while (walk !== null) {
      const [at, page]: readonly [Walk, PageRead] = yield* read(walk)
      walk = yield* at.part === "chain" ? afterChainPage(at, page) : afterLookBack(at, page, headSlackMillis)
      yield* onPage({ ...page, next: walk })
    }
  })
