import { Effect } from "effect"
import { inPieces } from "./body-pieces.ts"
import type { Sql } from "./database.ts"
import { type LoadStatements, loadStatements } from "./load-sql.ts"
import type { StoreError } from "./store-error.ts"
import type { TypedTable } from "./typed-table.ts"

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

/** What loading did, per partition. */
export interface LoadCounts {
  readonly customerId: string
  readonly stream: string
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Records that came more than once in this run. */
  readonly duplicates: number
  /** Records that the contract refused, each counted once in a run. */
  readonly quarantined: number
  /** Unchanged records whose rows had been altered in the database, and were put right. */
  readonly restored: number
}

type CountRow = Record<"added" | "again" | "changed" | "unchanged" | "differing" | "restored", bigint> & {
  readonly customer_id: string
}

const list = <A>(pages: ReadonlyArray<A>, value: (page: A) => unknown): ReadonlyArray<string | null> =>
  pages.map((page) => {
    const given = value(page)
    return given === null ? null : String(given)
  })

const partitionKey = (customerId: string, stream: string): string => `${stream}\n${customerId}`

/** The number after the last one of a long body. */
const nextBody = "(SELECT coalesce(max(body_no), 0) + 1 FROM raw.pages)"

/**
 * Bodies are the bulk of a group, so a short one goes to DuckDB once: the one to keep again only where it differs. A record
 * that was refused before in this run is a repetition. Yields how many were refused for the first time, by partition.
 */
const stageGroup = (sql: Sql, runId: string, pages: ReadonlyArray<LoadPage>) =>
  Effect.gen(function* () {
    const pieces = pages.map((page) => inPieces(page.kept))
    yield* sql.run(
      `CREATE OR REPLACE TEMP TABLE group_pages AS
       SELECT unnest($1)::INTEGER AS page_no, unnest($2) AS customer_id, unnest($3) AS stream, unnest($4) AS loadable, unnest($5) AS kept,
         ${nextBody} + unnest($6)::INTEGER AS body_no`,
      [
        pages.map((_, index) => String(index)),
        list(pages, (page) => page.customerId),
        list(pages, (page) => page.stream),
        list(pages, (page) => page.loadable),
        pages.map((page, index) => (pieces[index] !== null || page.kept === page.loadable ? null : page.kept)),
        pages.map((_, index) => (pieces[index] === null ? null : String(index))),
      ],
    )
    const cut = pieces.flatMap((texts, page) => (texts ?? []).map((text, piece) => ({ page, piece, text })))
    if (cut.length > 0) {
      yield* sql.run(
        `INSERT INTO raw.body_pieces SELECT body_no, piece, text
         FROM (SELECT unnest($1)::INTEGER AS page_no, unnest($2)::INTEGER AS piece, unnest($3) AS text) JOIN group_pages USING (page_no)`,
        [list(cut, ({ page }) => page), list(cut, ({ piece }) => piece), cut.map(({ text }) => text)],
      )
    }
    yield* sql.run(
      `INSERT INTO raw.pages BY NAME
       SELECT $1 AS run_id, customer_id, stream, sequence, cursor_in, cursor_out, has_more, items, bytes, sha256, redacted, kept_sha256,
         request_id, attempts, server_time, received_at, CASE WHEN body_no IS NULL THEN coalesce(kept, loadable) END AS body, body_no, chain, part
       FROM group_pages JOIN (
         SELECT unnest($2)::INTEGER AS page_no, unnest($3)::INTEGER AS sequence, unnest($4) AS cursor_in, unnest($5) AS cursor_out,
           unnest($6)::BOOLEAN AS has_more, unnest($7)::INTEGER AS items, unnest($8)::BIGINT AS bytes, unnest($9) AS sha256,
           unnest($10)::BOOLEAN AS redacted, unnest($11) AS kept_sha256, unnest($12) AS request_id, unnest($13)::INTEGER AS attempts,
           unnest($14)::TIMESTAMPTZ AS server_time, unnest($15)::TIMESTAMPTZ AS received_at, unnest($16)::INTEGER AS chain, unnest($17) AS part
       ) AS about USING (page_no)`,
      [
        runId,
        pages.map((_, index) => String(index)),
        list(pages, (page) => page.sequence),
        list(pages, (page) => page.cursorIn),
        list(pages, (page) => page.cursorOut),
        list(pages, (page) => page.hasMore),
        list(pages, (page) => page.items),
        list(pages, (page) => page.bytes),
        list(pages, (page) => page.sha256),
        list(pages, (page) => page.redacted),
        list(pages, (page) => page.keptSha256),
        list(pages, (page) => page.requestId),
        list(pages, (page) => page.attempts),
        list(pages, (page) => page.serverTime),
        list(pages, (page) => page.receivedAt),
        list(pages, (page) => page.chain),
        list(pages, (page) => page.part),
      ],
    )
    const rejected = pages.flatMap((page, index) => page.rejected.map((record) => ({ page, index, record })))
    if (rejected.length === 0) return new Map<string, number>()
    yield* sql.run(
      "CREATE OR REPLACE TEMP TABLE group_rejected AS SELECT unnest($1)::INTEGER AS page_no, unnest($2)::INTEGER AS item_index",
      [list(rejected, ({ index }) => index), list(rejected, ({ record }) => record.index)],
    )
    yield* sql.run(
      `CREATE OR REPLACE TEMP TABLE newly_rejected AS
       WITH rejected AS (
         SELECT $1 AS run_id, unnest($2) AS customer_id, unnest($3) AS stream, unnest($4)::INTEGER AS sequence,
           unnest($5)::INTEGER AS item_index, unnest($6) AS record_id, unnest($7) AS reason, unnest($8) AS payload,
           unnest($9)::INTEGER AS chain, unnest($10)::INTEGER AS place, unnest($11) AS readable
       )
       SELECT * FROM rejected ANTI JOIN raw.quarantine AS known USING (run_id, customer_id, stream, payload)
       QUALIFY row_number() OVER (PARTITION BY customer_id, stream, payload ORDER BY place) = 1`,
      [
        runId,
        list(rejected, ({ page }) => page.customerId),
        list(rejected, ({ page }) => page.stream),
        list(rejected, ({ page }) => page.sequence),
        list(rejected, ({ record }) => record.index),
        list(rejected, ({ record }) => record.recordId),
        list(rejected, ({ record }) => record.reason),
        list(rejected, ({ record }) => record.payload),
        list(rejected, ({ page }) => page.chain),
        rejected.map((_, place) => String(place)),
        list(rejected, ({ record }) => record.readable),
      ],
    )
    yield* sql.run("INSERT INTO raw.quarantine BY NAME SELECT * EXCLUDE place FROM newly_rejected")
    const rows = yield* sql.rows<{ customer_id: string; stream: string; records: bigint }>(
      "SELECT customer_id, stream, count(*) AS records FROM newly_rejected GROUP BY ALL",
    )
    return new Map(rows.map((row) => [partitionKey(row.customer_id, row.stream), Number(row.records)]))
  })

/** Compares what is incoming with what the table holds, and brings the table up to date. */
const takeIncoming = (sql: Sql, runId: string, statements: LoadStatements) =>
  Effect.gen(function* () {
    yield* sql.run(statements.compare, [runId])
    const [differing] = yield* sql.rows<{ records: bigint }>("SELECT count(*) AS records FROM known WHERE NOT same")
    if (differing !== undefined && differing.records > 0n) yield* sql.run(statements.sameAfterAll)
    const counts = yield* sql.rows<CountRow>(statements.counts)
    const any = (column: "differing" | "unchanged" | "added" | "restored"): boolean =>
      counts.some((row) => row[column] > 0n)
    if (any("differing")) {
      yield* sql.run(statements.archiveChanged)
      yield* sql.run(statements.removeChanged)
      yield* sql.run(statements.replaceChanged, [runId])
    }
    if (any("restored")) {
      yield* sql.run(statements.removeAltered)
      yield* sql.run(statements.restoreAltered, [runId])
    }
    if (any("unchanged")) yield* sql.run(statements.touchUnchanged, [runId])
    if (any("added")) yield* sql.run(statements.insertNew, [runId])
    if (statements.forgetSnapshots !== null && statements.insertSnapshots !== null) {
      yield* sql.run(statements.forgetSnapshots, [runId])
      yield* sql.run(statements.insertSnapshots, [runId])
    }
    return counts
  })

/**
 * A record that comes twice in a group with two contents is taken twice, one after the other, as if it came in two groups: so
 * the first becomes a version of the run, and is evidence that the list contradicts itself.
 */
const takeRounds = (sql: Sql, runId: string, statements: LoadStatements) =>
  Effect.gen(function* () {
    const [setAside, count] = statements.rounds
    yield* sql.run(setAside)
    const [last] = yield* sql.rows<{ rounds: bigint }>(count)
    const counts: Array<CountRow> = []
    for (let nth = 1; nth <= Number(last?.rounds ?? 0n); nth++) {
      yield* sql.run(statements.round(nth))
      counts.push(...(yield* takeIncoming(sql, runId, statements)))
    }
    return counts
  })

const loadStream = (
  sql: Sql,
  runId: string,
  stream: string,
  pages: ReadonlyArray<LoadPage>,
  statements: LoadStatements,
  newlyRejected: ReadonlyMap<string, number>,
) =>
  Effect.gen(function* () {
    const customers = [...new Set(pages.map((page) => page.customerId))]
    const someRejected = pages.some((page) => page.rejected.length > 0)
    yield* sql.run(someRejected ? statements.stageAccepted : statements.stage)
    const [staged] = yield* sql.rows<{ records: bigint; different: bigint }>(statements.distinct)
    const repeated = new Map<string, number>()
    const isRepeating = staged !== undefined && staged.records > staged.different
    if (isRepeating) {
      const rows = yield* sql.rows<{ customer_id: string; repeated: bigint }>(statements.repeated)
      for (const row of rows) repeated.set(row.customer_id, Number(row.repeated))
      yield* sql.run(statements.dropRepeated)
    }
    const counts = yield* (isRepeating ? takeRounds : takeIncoming)(sql, runId, statements)
    return customers.map((customerId): LoadCounts => {
      const count = (column: "added" | "again" | "changed" | "unchanged" | "restored"): number =>
        counts.filter((row) => row.customer_id === customerId).reduce((sum, row) => sum + Number(row[column]), 0)
      const quarantined = newlyRejected.get(partitionKey(customerId, stream)) ?? 0
      const rejected = pages
        .filter((page) => page.customerId === customerId)
        .reduce((sum, page) => sum + page.rejected.length, 0)
      return {
        customerId,
        stream,
        added: count("added"),
        changed: count("changed"),
        unchanged: count("unchanged"),
        duplicates: count("again") + (repeated.get(customerId) ?? 0) + rejected - quarantined,
        quarantined,
        restored: count("restored"),
      }
    })
  })

/**
 * Stores a group of pages and derives their typed rows, inside the caller's transaction. Pages of one partition must
 * come in the order of their chain: of a record that comes twice, the later one counts, and the other becomes a version.
 */
export const makePageLoader = (tables: ReadonlyArray<TypedTable>, itemsPath: string) => {
  const statementsOf = new Map(tables.map((table) => [table.name, loadStatements(table, itemsPath)]))
  return (
    sql: Sql,
    runId: string,
    pages: ReadonlyArray<LoadPage>,
  ): Effect.Effect<ReadonlyArray<LoadCounts>, StoreError> =>
    Effect.gen(function* () {
      const newlyRejected = yield* stageGroup(sql, runId, pages)
      const counts: Array<LoadCounts> = []
      for (const stream of new Set(pages.filter((page) => page.items > 0).map((page) => page.stream))) {
        const statements = statementsOf.get(stream)
        if (statements === undefined) throw new Error(`no typed table for stream ${stream}`)
        const ofStream = pages.filter((page) => page.stream === stream)
        counts.push(...(yield* loadStream(sql, runId, stream, ofStream, statements, newlyRejected)))
      }
      return counts
    })
}

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
      yield* sql.run(`INSERT INTO raw.body_pieces SELECT ${nextBody}, unnest($1)::INTEGER, unnest($2)`, [
        pieces.map((_, piece) => String(piece)),
        pieces,
      ])
    }
    yield* sql.run(
      `INSERT INTO raw.pages (run_id, customer_id, stream, sequence, cursor_in, bytes, sha256, redacted, kept_sha256, request_id,
         attempts, received_at, fault, body, body_bytes, body_no, chain)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $13, $14, $8, 1, $9::TIMESTAMPTZ, $10, $11, $12, CASE WHEN $16 THEN ${nextBody} END, $15)`,
      [
        runId,
        page.customerId,
        page.stream,
        page.sequence,
        page.cursorIn,
        page.bytes,
        page.sha256,
        page.requestId,
        page.receivedAt,
        page.fault,
        pieces === null ? page.body : null,
        page.bodyBytes,
        page.redacted,
        page.keptSha256,
        page.chain,
        pieces !== null,
      ],
    )
  })
