import { Array as Arr, Clock, DateTime, Effect } from "effect"
import { sha256Hex } from "../../api/signing.ts"
import type { Sql } from "../../store/database.ts"
import { keepUnreadablePage, type LoadCounts, type LoadPage } from "../../store/load-pages.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { PartitionEnded } from "./readings.ts"

/** No stream's name has a line break in it. */
export const partitionKey = ({ customerId, stream }: Pick<LoadPage, "customerId" | "stream">): string =>
  `${stream}\n${customerId}`

/** Where each touched partition stands after the group: added to its row in the same transaction as its pages. */
export const movePositions = (
  sql: Sql,
  runId: string,
  pages: ReadonlyArray<LoadPage>,
  counts: ReadonlyArray<LoadCounts>,
): Effect.Effect<void, StoreError> => {
  const countsOf = new Map(counts.map((count) => [partitionKey(count), count]))
  const moved = Object.entries(Arr.groupBy(pages, partitionKey)).map(([partition, group]) => ({
    group,
    last: Arr.lastNonEmpty(group),
    counted: countsOf.get(partition),
  }))
  return Effect.zipRight(
    sql.fill(
      "moved_position",
      {
        customer_id: ["VARCHAR", ({ last }) => last.customerId],
        stream: ["VARCHAR", ({ last }) => last.stream],
        pages: ["INTEGER", ({ group }) => group.length],
        records: ["BIGINT", ({ group }) => group.reduce((sum, page) => sum + page.items, 0)],
        added: ["BIGINT", ({ counted }) => counted?.added ?? 0],
        changed: ["BIGINT", ({ counted }) => counted?.changed ?? 0],
        unchanged: ["BIGINT", ({ counted }) => counted?.unchanged ?? 0],
        duplicates: ["BIGINT", ({ counted }) => counted?.duplicates ?? 0],
        quarantined: ["BIGINT", ({ counted }) => counted?.quarantined ?? 0],
        restored: ["BIGINT", ({ counted }) => counted?.restored ?? 0],
        next_cursor: ["VARCHAR", ({ last }) => (last.part === "chain" ? last.cursorOut : null)],
        chain: ["INTEGER", ({ last }) => last.chain],
      },
      moved,
    ),
    sql.run(
      `UPDATE recon.coverage AS c SET
         pages = c.pages + m.pages, records = c.records + m.records, new_records = c.new_records + m.added,
         changed_records = c.changed_records + m.changed, unchanged_records = c.unchanged_records + m.unchanged,
         duplicate_records = c.duplicate_records + m.duplicates, quarantined_records = c.quarantined_records + m.quarantined,
         restored_records = coalesce(c.restored_records, 0) + m.restored, next_cursor = m.next_cursor, chain = m.chain, reason = 'the chain was not walked to its end'
       FROM moved_position AS m
       WHERE c.run_id = $1 AND c.customer_id = m.customer_id AND c.stream = m.stream`,
      [runId],
    ),
  )
}

export const endPartitions = (
  sql: Sql,
  runId: string,
  ends: ReadonlyArray<PartitionEnded>,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.fill(
      "partition_end",
      {
        customer_id: ["VARCHAR", ({ customerId }) => customerId],
        stream: ["VARCHAR", ({ stream }) => stream],
        state: ["VARCHAR", ({ end }) => end.state],
        reason: ["VARCHAR", ({ end }) => end.reason],
        problem_code: ["VARCHAR", ({ end }) => end.problemCode],
        request_id: ["VARCHAR", ({ end }) => end.requestId],
      },
      ends,
    )
    yield* sql.run(
      `UPDATE recon.coverage AS c SET state = e.state, reason = e.reason, problem_code = e.problem_code,
         request_id = e.request_id, ended = e.state = 'COMPLETE'
       FROM partition_end AS e
       WHERE c.run_id = $1 AND c.customer_id = e.customer_id AND c.stream = e.stream`,
      [runId],
    )
    const receivedAt = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
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
