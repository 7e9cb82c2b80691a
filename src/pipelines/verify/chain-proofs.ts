import { Effect } from "effect"
import { chainHashes } from "../../store/chain-hash.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Finding } from "./finding.ts"
import { faultList, type PagePlace, pageFinding } from "./page-place.ts"

/**
 * The pages of partitions that the run calls COMPLETE: each one's last chain, which is what coverage was proven by, and
 * the look back after it, whose places count on.
 */
const proven = `
  complete AS (
    SELECT customer_id, stream FROM recon.coverage WHERE run_id = $1 AND state = 'COMPLETE'
  ),
  last_chain AS (
    SELECT customer_id, stream, max(chain) AS chain FROM raw.pages WHERE run_id = $1 AND fault IS NULL
    GROUP BY customer_id, stream
  ),
  page AS (
    SELECT p.* FROM raw.pages AS p JOIN last_chain USING (customer_id, stream, chain) JOIN complete USING (customer_id, stream)
    WHERE p.run_id = $1 AND p.fault IS NULL
  )`

/** Over `linked`, where `given` is the cursor of the page before in its part. A look back may begin more than once. */
const linkFaults = faultList([
  ["sequence < 1", "its place in the chain is not a place"],
  ["times > 1", "it is there more than once"],
  [
    "part = 'chain' AND sequence = 1 AND cursor_in IS NOT NULL",
    "it begins the chain, and yet was asked for with a cursor",
  ],
  [
    "part <> 'chain' AND before IS NULL AND cursor_in IS NOT NULL",
    "it begins the look back, and yet was asked for with a cursor",
  ],
  [
    "before = sequence - 1 AND cursor_in IS DISTINCT FROM given AND (part = 'chain' OR cursor_in IS NOT NULL)",
    "it was not asked for with the cursor that the page before it gave",
  ],
  ["has_more IS DISTINCT FROM (cursor_out IS NOT NULL)", "it says that more follows without a cursor, or the reverse"],
  ["part = 'chain' AND after IS NULL AND has_more", "it says that more follows, and no page follows"],
  ["part = 'chain' AND after IS NOT NULL AND NOT has_more", "it says that no more follows, and a page follows"],
  ["part = 'chain' AND cursor_out IS NOT NULL AND gives > 1", "its cursor comes twice in the chain"],
])

const links = `
  WITH ${proven},
  linked AS (
    SELECT *, lag(cursor_out) OVER pages AS given, lag(sequence) OVER pages AS before, lead(sequence) OVER pages AS after,
      count(*) OVER (PARTITION BY customer_id, stream, part, cursor_out) AS gives,
      count(*) OVER (PARTITION BY customer_id, stream, sequence) AS times
    FROM page WINDOW pages AS (PARTITION BY customer_id, stream, part ORDER BY sequence)
  ),
  judged AS (
    SELECT run_id, customer_id, stream, chain, part, sequence, request_id, ${linkFaults} AS faults FROM linked
  )
  SELECT * FROM judged WHERE len(faults) > 0`

/** There is every place from 1 to the last page's, and one more where the chain's last page says that more follows. */
const gaps = `
  WITH ${proven},
  extent AS (
    SELECT customer_id, stream, coalesce(any_value(page.chain), 1) AS chain,
      coalesce(max(sequence) FILTER (part = 'chain'), 0)
        + CASE WHEN coalesce(arg_max(has_more, sequence) FILTER (part = 'chain'), TRUE) THEN 1 ELSE 0 END AS chain_places,
      coalesce(max(sequence), 1) AS places
    FROM complete LEFT JOIN page USING (customer_id, stream) GROUP BY customer_id, stream
  ),
  place AS (
    SELECT customer_id, stream, chain, chain_places, unnest(range(1, greatest(places, chain_places) + 1))::INTEGER AS sequence
    FROM extent
  )
  SELECT $1 AS run_id, customer_id, stream, chain, CASE WHEN sequence <= chain_places THEN 'chain' ELSE 'look back' END AS part,
    sequence, NULL AS request_id
  FROM place ANTI JOIN page USING (customer_id, stream, sequence)`

/** Each page in the place where the one before it leads to, from a first page without a cursor to "no more". */
export const chainsUnbroken = (sql: Sql, runId: string): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    const broken = yield* sql.rows<PagePlace & { readonly faults: ReadonlyArray<string> }>(links, [runId])
    const missing = yield* sql.rows<PagePlace>(gaps, [runId])
    return [
      ...broken.map((row) => pageFinding(row, row.faults)),
      ...missing.map((row) => pageFinding(row, ["it is missing"])),
    ]
  })

/**
 * Hashes are recorded when a run ends. One that has recorded a partition's has recorded all; one from before hashes were
 * recorded has none; and of one that never ended, or is to be taken up again, those there are may be out of date.
 */
const partitionFaults = faultList([
  ["ended_run AND recorded IS NULL AND any_recorded AND state = 'COMPLETE'", "the hash of its chain is gone"],
  ["ended_run AND recorded <> computed", "the hash over its chain is not the one that was recorded"],
  ["recorded IS NOT NULL AND computed IS NULL", "its chain has a recorded hash, and no page is there"],
  ["stored_pages <> pages", "its pages are not as many as were counted"],
  ["stored_records <> records", "the records on its pages are not as many as were counted"],
  [
    "state = 'COMPLETE' AND records <> new_records + changed_records + unchanged_records + duplicate_records + quarantined_records",
    "its counts do not add up to the records that were read",
  ],
])

/** Counts are of all pages of the partition, those of chains that were begun anew included. */
const partitions = `
  WITH computed AS (${chainHashes}),
  counted AS (
    SELECT customer_id, stream, count(*) AS pages, sum(items) AS records FROM raw.pages
    WHERE run_id = $1 AND fault IS NULL GROUP BY customer_id, stream
  ),
  compared AS (
    SELECT c.*, c.chain_sha256 AS recorded, computed.chain_sha256 AS computed,
      coalesce(counted.pages, 0) AS stored_pages, coalesce(counted.records, 0) AS stored_records,
      bool_or(c.chain_sha256 IS NOT NULL) OVER () AS any_recorded, run.finished_at IS NOT NULL AS ended_run
    FROM recon.coverage AS c
    JOIN recon.runs AS run USING (run_id)
    LEFT JOIN computed USING (customer_id, stream)
    LEFT JOIN counted USING (customer_id, stream)
    WHERE c.run_id = $1
  ),
  judged AS (
    SELECT run_id, customer_id, stream, ${partitionFaults} AS faults FROM compared
  )
  SELECT * FROM judged WHERE len(faults) > 0`

const strangers = `
  SELECT DISTINCT run_id, customer_id, stream, ['it holds pages, and the run did not plan it'] AS faults
  FROM raw.pages ANTI JOIN recon.coverage USING (run_id, customer_id, stream) WHERE run_id = $1`

/** What the run recorded of each partition is what its pages say. */
export const partitionsAsRecorded = (sql: Sql, runId: string): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    type Judged = Pick<PagePlace, "run_id" | "customer_id" | "stream"> & { readonly faults: ReadonlyArray<string> }
    const judged = yield* sql.rows<Judged>(partitions, [runId])
    const unplanned = yield* sql.rows<Judged>(strangers, [runId])
    return [...judged, ...unplanned].map((row) => ({
      _tag: "Partition" as const,
      runId: row.run_id,
      customerId: row.customer_id,
      stream: row.stream,
      faults: row.faults,
    }))
  })
