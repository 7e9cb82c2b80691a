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
  const byPartition = Arr.groupBy(pages, partitionKey)
  const countsOf = new Map(counts.map((count) => [partitionKey(count), count]))
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
       restored_records = coalesce(c.restored_records, 0) + m.restored, next_cursor = m.next_cursor, chain = m.chain, reason = 'the chain was not walked to its end'
     FROM (
       SELECT unnest($2) AS customer_id, unnest($3) AS stream, unnest($4)::INTEGER AS pages, unnest($5)::BIGINT AS records,
         unnest($6)::BIGINT AS added, unnest($7)::BIGINT AS changed, unnest($8)::BIGINT AS unchanged,
         unnest($9)::BIGINT AS duplicates, unnest($10)::BIGINT AS quarantined, unnest($11) AS next_cursor, unnest($12)::INTEGER AS chain,
         unnest($13)::BIGINT AS restored
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
      column((row) => row.counted?.restored ?? 0),
    ],
  )
}

export const endPartitions = (
  sql: Sql,
  runId: string,
  ends: ReadonlyArray<PartitionEnded>,
): Effect.Effect<void, StoreError> =>
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
