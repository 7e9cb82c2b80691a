import { Array as Arr, Clock, DateTime, Effect, Queue } from "effect"
import type { ChainPage } from "../../api/page-chain.ts"
import { sha256Hex } from "../../api/signing.ts"
import type { Database, Sql } from "../../store/database.ts"
import { keepUnreadablePage, type LoadCounts, type LoadPage, makePageLoader } from "../../store/load-pages.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { TypedTable } from "../../store/typed-table.ts"
import type { PartitionEnd } from "./coverage.ts"
import { keepCosts, type ReadingCosts } from "./reading-costs.ts"

/** What the readers hand to the writer, in the order of each chain. */
export type Reading = PageRead | PartitionEnded | { readonly _tag: "AllRead" }

interface PageRead {
  readonly _tag: "Page"
  readonly customerId: string
  readonly stream: string
  readonly read: Omit<ChainPage, "next">
}

/** Nothing more is read of a partition. */
interface PartitionEnded {
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

const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

const loadPageOf = (customerId: string, stream: string, read: PageRead["read"]): LoadPage => {
  const { answer, chain, cursorIn, page, part, sequence } = read
  const sha256 = sha256Hex(answer.body)
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
    keptSha256: page.redacted ? sha256Hex(page.kept) : sha256,
    requestId: answer.requestId,
    attempts: answer.attempts,
    serverTime: answer.serverTimeMillis === null ? null : iso(answer.serverTimeMillis),
    receivedAt: iso(answer.receivedAtMillis),
    kept: page.kept,
    loadable: page.loadable,
    rejected: page.rejected,
  }
}

/** Where each touched partition stands after the group: added to its row in the same transaction as its pages. */
const movePositions = (
  sql: Sql,
  runId: string,
  pages: ReadonlyArray<LoadPage>,
  counts: ReadonlyArray<LoadCounts>,
): Effect.Effect<void, StoreError> => {
  const key = (partition: { readonly customerId: string; readonly stream: string }) =>
    `${partition.stream}\n${partition.customerId}`
  const byPartition = Arr.groupBy(pages, key)
  const countsOf = new Map(counts.map((count) => [key(count), count]))
  const moved = Object.entries(byPartition).map(([partition, group]) => ({
    group,
    first: group[0],
    last: Arr.lastNonEmpty(group),
    counted: countsOf.get(partition),
  }))
  const column = (value: (row: (typeof moved)[number]) => string | number | null): ReadonlyArray<string | null> =>
    moved.map((row) => {
      const given = value(row)
      return given === null ? null : String(given)
    })
  return sql.run(
    `UPDATE recon.coverage AS c SET
       pages = c.pages + m.pages, records = c.records + m.records, new_records = c.new_records + m.added,
       changed_records = c.changed_records + m.changed, unchanged_records = c.unchanged_records + m.unchanged,
       duplicate_records = c.duplicate_records + m.duplicates, quarantined_records = c.quarantined_records + m.quarantined,
       next_cursor = m.next_cursor, chain = m.chain, reason = 'the chain was not walked to its end'
     FROM (
       SELECT unnest($2) AS customer_id, unnest($3) AS stream, unnest($4)::INTEGER AS pages, unnest($5)::BIGINT AS records,
         unnest($6)::BIGINT AS added, unnest($7)::BIGINT AS changed, unnest($8)::BIGINT AS unchanged,
         unnest($9)::BIGINT AS duplicates, unnest($10)::BIGINT AS quarantined, unnest($11) AS next_cursor, unnest($12)::INTEGER AS chain
     ) AS m
     WHERE c.run_id = $1 AND c.customer_id = m.customer_id AND c.stream = m.stream`,
    [
      runId,
      column((row) => row.first.customerId),
      column((row) => row.first.stream),
      column((row) => row.group.length),
      column((row) => row.group.reduce((sum, page) => sum + page.items, 0)),
      column((row) => row.counted?.added ?? 0),
      column((row) => row.counted?.changed ?? 0),
      column((row) => row.counted?.unchanged ?? 0),
      column((row) => row.counted?.duplicates ?? 0),
      column((row) => row.counted?.quarantined ?? 0),
      column((row) => (row.last.part === "chain" ? row.last.cursorOut : null)),
      column((row) => row.last.chain),
    ],
  )
}

const endPartitions = (sql: Sql, runId: string, ends: ReadonlyArray<PartitionEnded>): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(
      `UPDATE recon.coverage AS c SET state = e.state, reason = e.reason, problem_code = e.problem_code,
         request_id = e.request_id, ended = e.state = 'COMPLETE'
       FROM (
         SELECT unnest($2) AS customer_id, unnest($3) AS stream, unnest($4) AS state, unnest($5) AS reason,
           unnest($6) AS problem_code, unnest($7) AS request_id
       ) AS e
       WHERE c.run_id = $1 AND c.customer_id = e.customer_id AND c.stream = e.stream`,
      [
        runId,
        ends.map((row) => row.customerId),
        ends.map((row) => row.stream),
        ends.map((row) => row.end.state),
        ends.map((row) => row.end.reason),
        ends.map((row) => row.end.problemCode),
        ends.map((row) => row.end.requestId),
      ],
    )
    const receivedAt = iso(yield* Clock.currentTimeMillis)
    for (const { customerId, stream, unreadable } of ends) {
      if (unreadable === null) continue
      yield* keepUnreadablePage(sql, runId, {
        customerId,
        stream,
        ...unreadable,
        receivedAt,
        sha256: sha256Hex(unreadable.body),
        redacted: unreadable.redacted,
        keptSha256: sha256Hex(unreadable.text ?? unreadable.body),
        bytes: unreadable.body.byteLength,
        body: unreadable.text,
        bodyBytes: unreadable.text === null ? unreadable.body : null,
      })
    }
  })

/** JSON that two readers could understand differently (a key twice) is written anew as JavaScript understood it. */
const canonical = (page: LoadPage): LoadPage => ({ ...page, loadable: JSON.stringify(JSON.parse(page.loadable)) })

export interface Written {
  readonly records: number
  readonly ended: number
}

/** Pages in one commit at most: about ten thousand records, which costs little time and bounds the memory. */
export const usualPagesPerCommit = 64

export interface WriterOptions {
  readonly pagesPerCommit: number
  readonly runId: string
  readonly tables: ReadonlyArray<TypedTable>
  /** Where the items sit in a page's body. */
  readonly itemsPath: string
  readonly readings: Queue.Dequeue<Reading>
  /** What the reading has cost since it was last asked. */
  readonly costs: Effect.Effect<ReadingCosts>
  readonly onWritten: (written: Written) => Effect.Effect<void>
}

/**
 * Takes readings until all are read, in groups as large as have arrived meanwhile. A group is one transaction: pages,
 * typed rows, positions and costs are there together or not at all.
 */
export const writeReadings = (
  database: Database["Type"],
  { costs, itemsPath, onWritten, pagesPerCommit, readings, runId, tables }: WriterOptions,
): Effect.Effect<void, StoreError> => {
  const load = makePageLoader(tables, itemsPath)

  const writeGroup = (pages: ReadonlyArray<LoadPage>, ends: ReadonlyArray<PartitionEnded>, cost: ReadingCosts) =>
    database.transaction((sql) =>
      Effect.gen(function* () {
        if (pages.length > 0) yield* movePositions(sql, runId, pages, yield* load(sql, runId, pages))
        if (ends.length > 0) yield* endPartitions(sql, runId, ends)
        yield* keepCosts(sql, runId, cost)
      }),
    )

  const writeNext: Effect.Effect<boolean, StoreError> = Effect.gen(function* () {
    const group = [...(yield* Queue.takeBetween(readings, 1, pagesPerCommit))]
    const pages = group.flatMap((reading) =>
      reading._tag === "Page" ? [loadPageOf(reading.customerId, reading.stream, reading.read)] : [],
    )
    const ends = group.filter((reading) => reading._tag === "End")
    const cost = yield* costs
    yield* writeGroup(pages, ends, cost).pipe(
      Effect.catchIf(
        (error) => error.reason === "Query" && pages.length > 0,
        () => writeGroup(pages.map(canonical), ends, cost),
      ),
    )
    yield* onWritten({
      records: pages.reduce((sum, page) => sum + page.items, 0),
      ended: ends.length,
    })
    return group.some((reading) => reading._tag === "AllRead")
  })

  return Effect.repeat(writeNext, { until: (done) => done }).pipe(Effect.asVoid)
}
