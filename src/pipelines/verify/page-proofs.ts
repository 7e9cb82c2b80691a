import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { PageFinding } from "./finding.ts"

/** Where a page is, as the proofs select it. */
export interface PagePlace {
  readonly run_id: string
  readonly customer_id: string
  readonly stream: string
  readonly chain: number
  readonly part: string
  readonly sequence: number
  readonly request_id: string | null
}

export const pageFinding = (place: PagePlace, faults: ReadonlyArray<string>): PageFinding => ({
  _tag: "Page",
  runId: place.run_id,
  customerId: place.customer_id,
  stream: place.stream,
  chain: place.chain,
  part: place.part,
  sequence: place.sequence,
  requestId: place.request_id,
  faults,
})

/** A table of faults as one SQL list of those that are met. */
export const faultList = (faults: ReadonlyArray<readonly [when: string, sentence: string]>): string =>
  `list_filter([${faults.map(([when, sentence]) => `CASE WHEN ${when} THEN ${quoteText(sentence)} END`).join(", ")}], lambda fault: fault IS NOT NULL)`

/**
 * What a stored page must be by itself, over `hashed`. A page that could not be read was kept as text, without the byte
 * order mark that may have stood before it.
 */
const bodyFaults = faultList([
  ["hash IS NULL", "its body is gone"],
  ["hash <> kept_sha256", "its body is not the one that was kept: the SHA-256 differs"],
  [
    "NOT redacted AND kept_sha256 <> sha256 AND NOT (fault IS NOT NULL AND marked_hash = sha256)",
    "its two hashes differ, although nothing of its body was replaced",
  ],
  ["NOT redacted AND hash = sha256 AND size <> bytes", "its length is not the one that is recorded"],
])

const bodies = `
  WITH hashed AS (
    SELECT *, coalesce(sha256(body), sha256(body_bytes)) AS hash, coalesce(strlen(body), octet_length(body_bytes)) AS size,
      CASE WHEN fault IS NOT NULL THEN sha256(chr(65279) || body) END AS marked_hash
    FROM raw.pages WHERE run_id = $1
  ),
  judged AS (
    SELECT run_id, customer_id, stream, chain, part, sequence, request_id, ${bodyFaults} AS faults FROM hashed
  )
  SELECT * FROM judged WHERE len(faults) > 0`

/** Every body of the run hashes to what is recorded of it. */
export const bodiesAsKept = (sql: Sql, runId: string): Effect.Effect<ReadonlyArray<PageFinding>, StoreError> =>
  sql
    .rows<PagePlace & { readonly faults: ReadonlyArray<string> }>(bodies, [runId])
    .pipe(Effect.map((rows) => rows.map((row) => pageFinding(row, row.faults))))
