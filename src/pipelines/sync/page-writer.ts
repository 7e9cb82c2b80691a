import { Array as Arr, DateTime, Effect } from "effect"
import { sha256Hex } from "../../api/signing.ts"
import type { Database } from "../../store/database.ts"
import { type LoadPage, makePageLoader } from "../../store/load-pages.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { TypedTable } from "../../store/typed-table.ts"
import type { PartitionEnd } from "./coverage.ts"
import { endPartitions, movePositions, partitionKey } from "./partition-rows.ts"
import { keepCosts, type ReadingCosts } from "./reading-costs.ts"
import type { PageRead, PartitionEnded, Readings } from "./readings.ts"

const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })

const loadPageOf = (customerId: string, stream: string, read: PageRead["read"]): LoadPage => {
  const { answer, chain, cursorIn, page, part, sequence } = read
  const sha256 = sha256Hex(answer.body)
  const kept = page.kept ?? utf8.decode(answer.body)
  return {
    customerId,
    stream,
    chain,
    part,
    sequence,
    cursorIn,
    cursorOut: page.nextCursor,
    hasMore: page.hasMore,
    items: page.items,
    bytes: answer.body.byteLength,
    sha256,
    redacted: page.redacted,
    keptSha256: page.redacted ? sha256Hex(kept) : sha256,
    requestId: answer.requestId,
    attempts: answer.attempts,
    serverTime: answer.serverTimeMillis === null ? null : iso(answer.serverTimeMillis),
    receivedAt: iso(answer.receivedAtMillis),
    kept,
    loadable: page.loadable ?? kept,
    rejected: page.rejected,
  }
}

/** JSON that two readers could understand differently (a key twice) is written anew as JavaScript understood it. */
const canonical = (page: LoadPage): LoadPage => ({ ...page, loadable: JSON.stringify(JSON.parse(page.loadable)) })

export interface Written {
  readonly records: number
  readonly ended: number
}

export interface WriterOptions {
  readonly runId: string
  readonly tables: ReadonlyArray<TypedTable>
  /** Where the items sit in a page's body. */
  readonly itemsPath: string
  readonly readings: Readings
  /** What the reading has cost since it was last asked. */
  readonly costs: Effect.Effect<ReadingCosts>
  readonly onWritten: (written: Written) => Effect.Effect<void>
}

/** What is written in one transaction. */
interface Group {
  readonly pages: ReadonlyArray<LoadPage>
  readonly ends: ReadonlyArray<PartitionEnded>
}

/** The database's words may quote what stood in the record. */
const cannotBeStored: PartitionEnd = {
  state: "FAILED",
  reason: "a page of it could not be stored, though the contract reads it; please report it",
  problemCode: null,
  requestId: null,
}

const byPartition = ({ ends, pages }: Group): ReadonlyArray<Group> => {
  const endsOf = Arr.groupBy(ends, partitionKey)
  const pagesOf = Arr.groupBy(pages, partitionKey)
  return [...new Set([...Object.keys(pagesOf), ...Object.keys(endsOf)])].map((key) => ({
    pages: pagesOf[key] ?? [],
    ends: endsOf[key] ?? [],
  }))
}

/**
 * Takes readings until all are read, in groups as large as have arrived meanwhile. A group is one transaction: pages,
 * typed rows, positions and costs are there together or not at all. Where the database refuses a group, each list of it is
 * written by itself, so that only the one that it refuses fails.
 */
export const writeReadings = (
  database: Database["Type"],
  { costs, itemsPath, onWritten, readings, runId, tables }: WriterOptions,
): Effect.Effect<void, StoreError> => {
  const load = makePageLoader(tables, itemsPath)
  const failed = new Set<string>()

  const write = ({ ends, pages }: Group, cost: ReadingCosts) =>
    database.transaction((sql) =>
      Effect.gen(function* () {
        if (pages.length > 0) yield* movePositions(sql, runId, pages, yield* load(sql, runId, pages))
        if (ends.length > 0) yield* endPartitions(sql, runId, ends)
        yield* keepCosts(sql, runId, cost)
      }),
    )

  /** Pages of one list alone; where they cannot be stored, the list has ended. */
  const writeAlone = (group: Group, cost: ReadingCosts) =>
    write({ ...group, pages: group.pages.map(canonical) }, cost).pipe(
      Effect.catchIf(
        (error) => error.reason === "Query" && group.pages.length > 0,
        () => {
          const [{ customerId, stream }] = group.pages as Arr.NonEmptyReadonlyArray<LoadPage>
          failed.add(partitionKey({ customerId, stream }))
          const end = { _tag: "End", customerId, stream, end: cannotBeStored, unreadable: null } as const
          return Effect.zipRight(
            Effect.logError(`a list ends FAILED: ${cannotBeStored.reason}`).pipe(
              Effect.annotateLogs({ customerId, stream }),
            ),
            write({ pages: [], ends: [end] }, { ...cost, failed: [] }),
          )
        },
      ),
    )

  const writeEach = (group: Group, cost: ReadingCosts) =>
    Effect.forEach(
      byPartition(group),
      // The costs are of the whole group, and are kept once.
      (one, place) => writeAlone(one, place === 0 ? cost : { ...cost, failed: [] }),
      { discard: true },
    )

  const writeNext: Effect.Effect<boolean, StoreError> = Effect.gen(function* () {
    const taken = yield* readings.take
    const open = taken.filter((reading) => reading._tag === "AllRead" || !failed.has(partitionKey(reading)))
    const pages = open.flatMap((reading) =>
      reading._tag === "Page" ? [loadPageOf(reading.customerId, reading.stream, reading.read)] : [],
    )
    const ends = open.filter((reading) => reading._tag === "End")
    const cost = yield* costs
    yield* write({ pages, ends }, cost).pipe(
      Effect.catchIf(
        (error) => error.reason === "Query" && pages.length > 0,
        () => writeEach({ pages, ends }, cost),
      ),
    )
    yield* onWritten({
      records: pages.reduce((sum, page) => sum + page.items, 0),
      ended: taken.filter((reading) => reading._tag === "End").length,
    })
    return taken.some((reading) => reading._tag === "AllRead")
    // What was taken is stored, whoever interrupts meanwhile.
  }).pipe(Effect.uninterruptible)

  return Effect.repeat(writeNext, { until: (done) => done }).pipe(Effect.asVoid)
}
