import { Clock, Duration, Effect } from "effect"
import type { ChainPage } from "../../api/page-chain.ts"
import type { ReadPage } from "../../api/read-page.ts"
import type { PartitionEnd } from "./coverage.ts"

/** What the readers hand to the writer, in the order of each chain. */
export type Reading = PageRead | PartitionEnded | { readonly _tag: "AllRead" }

export interface PageRead {
  readonly _tag: "Page"
  readonly customerId: string
  readonly stream: string
  readonly read: Omit<ChainPage, "next" | "page"> & { readonly page: WaitingPage }
}

/**
 * A page while it waits: its texts only where they are not what the answer's bytes say. A text of the size of a page would be moved
 * about in V8's heap with every collection meanwhile; the bytes lie outside.
 */
export interface WaitingPage extends Omit<ReadPage, "kept" | "loadable" | "ids" | "createdAt"> {
  readonly kept: string | null
  /** Null where what is kept is loaded. */
  readonly loadable: string | null
}

export const waitingPage = ({ createdAt, ids, kept, loadable, ...page }: ReadPage): WaitingPage => ({
  ...page,
  kept: page.redacted ? kept : null,
  loadable: loadable === kept ? null : loadable,
})

/** Nothing more is read of a partition. */
export interface PartitionEnded {
  readonly _tag: "End"
  readonly customerId: string
  readonly stream: string
  readonly end: PartitionEnd
  readonly unreadable: UnreadableBody | null
}

/** The bytes of a page whose envelope could not be read, personal data aside. */
export interface UnreadableBody {
  readonly chain: number
  readonly sequence: number
  readonly cursorIn: string | null
  readonly requestId: string
  readonly fault: string
  readonly body: Uint8Array
  /** The text to keep; null where the bytes are not UTF-8. */
  readonly text: string | null
  /** Whether hashes stand in the text in place of personal data. */
  readonly redacted: boolean
}

/** Of what is written in one commit: bounds the memory. */
const weightPerCommit = 8_000_000

/** Of what may wait for the writer; with more, the readers wait. */
const waitingWeight = 2 * weightPerCommit

/** What a reading of few bytes weighs: some thousands of them are one commit. */
const leastWeight = 4_000

/** A commit costs about the same whatever is in it, so commits of small lists keep this distance. */
const betweenCommits = Duration.seconds(1)

/** The pages on their way from the readers to the writer, bounded by what they weigh. */
export interface Readings {
  readonly offer: (reading: Reading) => Effect.Effect<void>
  /** What goes into one commit: as much as may, or what has arrived in time; waits for it, and only then can be interrupted. */
  readonly take: Effect.Effect<ReadonlyArray<Reading>>
}

const weightOf = (reading: Reading): number =>
  reading._tag === "Page"
    ? Math.min(Math.max(reading.read.answer.body.byteLength, leastWeight), waitingWeight)
    : leastWeight

/** `most`: readings in one commit at most, whatever they weigh. */
export const makeReadings = (most = Number.POSITIVE_INFINITY): Effect.Effect<Readings> =>
  Effect.gen(function* () {
    const room = yield* Effect.makeSemaphore(waitingWeight)
    const some = yield* Effect.makeLatch()
    const enough = yield* Effect.makeLatch()
    const waiting: Array<Reading> = []
    let weight = 0
    let dueAt = 0

    /** How many of those that wait go into the next commit, and what they weigh. */
    const next = (): readonly [count: number, weight: number] => {
      let count = 0
      let sum = 0
      for (const reading of waiting) {
        if (count >= most || sum >= weightPerCommit) break
        count++
        sum += weightOf(reading)
      }
      return [count, sum]
    }

    const isEnough = (): boolean =>
      waiting.length >= most || weight >= weightPerCommit || waiting.at(-1)?._tag === "AllRead"

    const tellWriter = (): void => {
      if (waiting.length > 0) some.unsafeOpen()
      else some.unsafeClose()
      if (isEnough()) enough.unsafeOpen()
      else enough.unsafeClose()
    }

    const add = (reading: Reading): void => {
      waiting.push(reading)
      weight += weightOf(reading)
      tellWriter()
    }

    const arrival = Effect.gen(function* () {
      yield* some.await
      const wait = dueAt - (yield* Clock.currentTimeMillis)
      if (wait > 0) yield* Effect.timeoutOption(enough.await, wait)
    })

    return {
      offer: (reading) =>
        Effect.zipRight(
          room.take(weightOf(reading)),
          Effect.sync(() => add(reading)),
        ),
      take: Effect.gen(function* () {
        yield* Effect.interruptible(arrival)
        dueAt = (yield* Clock.currentTimeMillis) + Duration.toMillis(betweenCommits)
        const [count, taken] = next()
        const group = waiting.splice(0, count)
        weight -= taken
        tellWriter()
        yield* room.release(taken)
        return group
      }).pipe(Effect.uninterruptible),
    }
  })
