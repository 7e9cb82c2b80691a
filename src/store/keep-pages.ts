import { Effect } from "effect"
import { inPieces } from "./body-pieces.ts"
import type { Sql } from "./database.ts"
import { quoteText } from "./describe-table.ts"
import type { StoreError } from "./store-error.ts"

/** A page as the store takes it: evidence, position in its chain, and the records that were refused. */
export interface LoadPage {
  readonly customerId: string
  readonly stream: string
  /** From 1; one more for each restart of the partition's chain in this run. */
  readonly chain: number
  /** `look back`: read after the chain had ended, to see what had arrived meanwhile. */
  readonly part: "chain" | "look back"
  readonly sequence: number
  readonly cursorIn: string | null
  readonly cursorOut: string | null
  readonly hasMore: boolean
  readonly items: number
  readonly bytes: number
  readonly sha256: string
  readonly redacted: boolean
  readonly keptSha256: string
  readonly requestId: string
  readonly attempts: number
  /** ISO 8601, or null where the answer had no Date. */
  readonly serverTime: string | null
  readonly receivedAt: string
  /** The body to keep. */
  readonly kept: string
  /** The body to load; the same text as `kept` where nothing had to be changed. */
  readonly loadable: string
  readonly rejected: ReadonlyArray<{
    readonly index: number
    readonly recordId: string | null
    readonly reason: string
    readonly payload: string
    /** By column, as JSON: what of it can be read. */
    readonly readable: string
  }>
}

export const partitionKey = (customerId: string, stream: string): string => `${stream}\n${customerId}`

/** The number after the last one of a long body. */
const nextBody = "(SELECT coalesce(max(body_no), 0) + 1 FROM raw.pages)"

/**
 * Bodies are the bulk of a group, so each goes to DuckDB once, in the pieces in which it is kept; the one to load by itself only where
 * it differs. A record that was refused before in this run is a repetition. Leaves the group behind in `group_pages`, `group_bodies` and
 * `group_rejected`. Yields how many were refused for the first time, by partition.
 */
export const keepPages = (sql: Sql, runId: string, pages: ReadonlyArray<LoadPage>) =>
  Effect.gen(function* () {
    const pieces = pages.map(({ kept }) => inPieces(kept))
    yield* sql.fill(
      "group_pages",
      {
        page_no: ["INTEGER", (_, index) => index],
        customer_id: ["VARCHAR", (page) => page.customerId],
        stream: ["VARCHAR", (page) => page.stream],
        body_no: ["BIGINT", (_, index) => (pieces[index] === null ? null : index)],
        sequence: ["INTEGER", (page) => page.sequence],
        cursor_in: ["VARCHAR", (page) => page.cursorIn],
        cursor_out: ["VARCHAR", (page) => page.cursorOut],
        has_more: ["BOOLEAN", (page) => page.hasMore],
        items: ["INTEGER", (page) => page.items],
        bytes: ["BIGINT", (page) => page.bytes],
        sha256: ["VARCHAR", (page) => page.sha256],
        redacted: ["BOOLEAN", (page) => page.redacted],
        kept_sha256: ["VARCHAR", (page) => page.keptSha256],
        request_id: ["VARCHAR", (page) => page.requestId],
        attempts: ["INTEGER", (page) => page.attempts],
        server_time: ["TIMESTAMPTZ", (page) => page.serverTime],
        received_at: ["TIMESTAMPTZ", (page) => page.receivedAt],
        chain: ["INTEGER", (page) => page.chain],
        part: ["VARCHAR", (page) => page.part],
      },
      pages,
    )
    yield* sql.fill(
      "group_bodies",
      {
        page_no: ["INTEGER", ({ page }) => page],
        piece: ["INTEGER", ({ piece }) => piece],
        text: ["VARCHAR", ({ text }) => text],
        is_kept: ["BOOLEAN", ({ isKept }) => isKept],
        is_loaded: ["BOOLEAN", ({ isLoaded }) => isLoaded],
      },
      pages.flatMap(({ kept, loadable }, page) => [
        ...(pieces[page] ?? [kept]).map((text, piece) => ({
          page,
          piece,
          text,
          isKept: true,
          isLoaded: kept === loadable,
        })),
        ...(kept === loadable ? [] : (inPieces(loadable) ?? [loadable])).map((text, piece) => {
          return { page, piece, text, isKept: false, isLoaded: true }
        }),
      ]),
    )
    yield* sql.runAll([
      `UPDATE group_pages SET body_no = body_no + ${nextBody} WHERE body_no IS NOT NULL`,
      `INSERT INTO raw.body_pieces
       SELECT body_no, piece, text FROM group_bodies JOIN group_pages USING (page_no) WHERE is_kept AND body_no IS NOT NULL`,
      `INSERT INTO raw.pages BY NAME
       SELECT ${quoteText(runId)} AS run_id, group_pages.* EXCLUDE (page_no), short.text AS body
       FROM group_pages
       LEFT JOIN (SELECT page_no, text FROM group_bodies JOIN group_pages USING (page_no) WHERE is_kept AND body_no IS NULL) AS short
         USING (page_no)`,
    ])
    const refused = pages.flatMap((page, index) => page.rejected.map((record) => ({ page, index, record })))
    if (refused.length === 0) return new Map<string, number>()
    yield* sql.fill(
      "group_rejected",
      {
        page_no: ["INTEGER", ({ index }) => index],
        customer_id: ["VARCHAR", ({ page }) => page.customerId],
        stream: ["VARCHAR", ({ page }) => page.stream],
        sequence: ["INTEGER", ({ page }) => page.sequence],
        item_index: ["INTEGER", ({ record }) => record.index],
        record_id: ["VARCHAR", ({ record }) => record.recordId],
        reason: ["VARCHAR", ({ record }) => record.reason],
        payload: ["VARCHAR", ({ record }) => record.payload],
        chain: ["INTEGER", ({ page }) => page.chain],
        place: ["INTEGER", (_, place) => place],
        readable: ["VARCHAR", ({ record }) => record.readable],
      },
      refused,
    )
    yield* sql.run(
      `CREATE OR REPLACE TEMP TABLE newly_rejected AS
       SELECT * FROM (SELECT $1 AS run_id, * EXCLUDE (page_no) FROM group_rejected) ANTI JOIN raw.quarantine AS known USING (run_id, customer_id, stream, payload)
       QUALIFY row_number() OVER (PARTITION BY customer_id, stream, payload ORDER BY place) = 1`,
      [runId],
    )
    yield* sql.run("INSERT INTO raw.quarantine BY NAME SELECT * EXCLUDE place FROM newly_rejected")
    const rows = yield* sql.rows<{ customer_id: string; stream: string; records: bigint }>(
      "SELECT customer_id, stream, count(*) AS records FROM newly_rejected GROUP BY ALL",
    )
    return new Map(rows.map((row) => [partitionKey(row.customer_id, row.stream), Number(row.records)]))
  })

/** Keeps a page whose envelope could not be read: its bytes are evidence of what the API said. */
export const keepUnreadablePage = (
  sql: Sql,
  runId: string,
  page: {
    readonly customerId: string
    readonly stream: string
    readonly chain: number
    readonly sequence: number
    readonly cursorIn: string | null
    readonly requestId: string
    readonly receivedAt: string
    readonly fault: string
    readonly sha256: string
    readonly redacted: boolean
    readonly keptSha256: string
    readonly bytes: number
    readonly body: string | null
    readonly bodyBytes: Uint8Array | null
  },
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const pieces = page.body === null ? null : inPieces(page.body)
    if (pieces !== null) {
      yield* sql.fill(
        "group_bodies",
        { piece: ["INTEGER", (_, piece) => piece], text: ["VARCHAR", (text) => text] },
        pieces,
      )
      yield* sql.run(`INSERT INTO raw.body_pieces SELECT ${nextBody}, piece, text FROM group_bodies`)
    }
    yield* sql.fill(
      "group_pages",
      {
        customer_id: ["VARCHAR", () => page.customerId],
        stream: ["VARCHAR", () => page.stream],
        sequence: ["INTEGER", () => page.sequence],
        cursor_in: ["VARCHAR", () => page.cursorIn],
        bytes: ["BIGINT", () => page.bytes],
        sha256: ["VARCHAR", () => page.sha256],
        redacted: ["BOOLEAN", () => page.redacted],
        kept_sha256: ["VARCHAR", () => page.keptSha256],
        request_id: ["VARCHAR", () => page.requestId],
        attempts: ["INTEGER", () => 1],
        received_at: ["TIMESTAMPTZ", () => page.receivedAt],
        fault: ["VARCHAR", () => page.fault],
        body: ["VARCHAR", () => (pieces === null ? page.body : null)],
        chain: ["INTEGER", () => page.chain],
      },
      [page],
    )
    yield* sql.run(
      `INSERT INTO raw.pages BY NAME
       SELECT $1 AS run_id, $2 AS body_bytes, ${pieces === null ? "NULL" : nextBody} AS body_no, * FROM group_pages`,
      [runId, page.bodyBytes],
    )
  })
