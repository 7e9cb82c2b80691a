import { Effect } from "effect"
import type { Contract } from "../../api/contract.ts"
import { quoteNumbers } from "../../api/exact-numbers.ts"
import { recordTexts } from "../../api/json-text.ts"
import { recordId } from "../../api/read-record.ts"
import type { Row, Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** A stored page, as evidence of what was read. */
export interface PageEvidence {
  readonly run_id: string
  readonly chain: number
  readonly sequence: number
  readonly request_id: string
  readonly received_at: string
  /** Of the body as received. */
  readonly sha256: string
  /** Of the body kept; another one where hashes stand in place of personal data. */
  readonly kept_sha256: string
  readonly redacted: boolean
  readonly items: number | null
}

/** One of the two records that an exception is about. */
export interface RecordEvidence {
  readonly side: "record" | "counterpart"
  readonly stream: string
  readonly record_id: string
  readonly version: number
  readonly first_seen_run: string
  readonly last_seen_run: string
  /** The typed columns; amounts are decimal strings. */
  readonly typed: Row
  /** The pages of the last run that saw it, each with the record's own text, character for character. */
  readonly pages: ReadonlyArray<PageEvidence & { readonly as_received: string }>
  /** What the record was before, the oldest version first. */
  readonly earlier: ReadonlyArray<{
    readonly version: number
    readonly first_seen_run: string
    readonly last_seen_run: string
    readonly typed: Row
  }>
}

export interface Subject {
  readonly stream: string | null
  readonly record_id: string
  readonly counterpart_id: string | null
}

interface VersionRow {
  readonly side: RecordEvidence["side"]
  readonly stream: string
  readonly record_id: string
  readonly version: number
  readonly first_seen_run: string
  readonly last_seen_run: string
  readonly is_current: boolean
  readonly content: string
}

const typedOf = (row: VersionRow): Row => JSON.parse(row.content) as Row

export const pageColumns = "run_id, chain, sequence, request_id, received_at, sha256, kept_sha256, redacted, items"

/** The pages of the record's last run that hold it. */
const pagesWith = (sql: Sql, contract: Contract, row: VersionRow) =>
  Effect.gen(function* () {
    const stream = contract.streams.find((candidate) => candidate.stream === row.stream)
    const customer = typedOf(row).customer_id
    if (stream === undefined) return []
    // The id's last part is the rarest; an id with characters that JSON escapes is looked for on every page.
    const part = row.record_id.split("/").at(-1) ?? ""
    const found = yield* sql.rows<PageEvidence & { readonly body: string }>(
      `SELECT ${pageColumns}, raw.body_of(body, body_no) AS body FROM raw.pages
       SEMI JOIN (
         SELECT * FROM raw.body_texts WHERE run_id = $1 AND customer_id = $2 AND stream = $3 AND ($4 = '' OR contains(text, $4))
       ) AS found USING (run_id, customer_id, stream, chain, sequence)
       WHERE run_id = $1 AND customer_id = $2 AND stream = $3 AND fault IS NULL
       ORDER BY chain, sequence`,
      [row.last_seen_run, customer ?? null, row.stream, JSON.stringify(part) === `"${part}"` ? part : ""],
    )
    return found.flatMap(({ body, ...page }) =>
      recordTexts(body, contract.page.items)
        .filter((text) => recordId(stream, JSON.parse(quoteNumbers(text))) === row.record_id)
        .map((text) => ({ ...page, as_received: text })),
    )
  })

/**
 * The records that an exception is about, its own first, with every version and the pages that hold them. A balance
 * exception is about one currency, and the API may state it in several networks: each is a record.
 */
export const recordsOf = (
  sql: Sql,
  contract: Contract,
  subject: Subject,
): Effect.Effect<ReadonlyArray<RecordEvidence>, StoreError> =>
  Effect.gen(function* () {
    const versions = yield* sql.rows<VersionRow>(
      `SELECT CASE WHEN stream = $1 AND (record_id = $2 OR starts_with(record_id, $2 || '/')) THEN 'record' ELSE 'counterpart' END AS side,
         stream, record_id, version, first_seen_run, last_seen_run, is_current, content
       FROM main.record_versions
       WHERE stream = $1 AND (record_id = $2 OR $1 = 'balances' AND starts_with(record_id, $2 || '/')) OR record_id = $3
       ORDER BY side DESC, stream, record_id, version`,
      [subject.stream, subject.record_id, subject.counterpart_id],
    )
    return yield* Effect.forEach(
      versions.filter((row) => row.is_current),
      (row) =>
        Effect.map(pagesWith(sql, contract, row), (pages) => ({
          side: row.side,
          stream: row.stream,
          record_id: row.record_id,
          version: row.version,
          first_seen_run: row.first_seen_run,
          last_seen_run: row.last_seen_run,
          typed: typedOf(row),
          pages,
          earlier: versions
            .filter((other) => !other.is_current && other.stream === row.stream && other.record_id === row.record_id)
            .map(({ first_seen_run, last_seen_run, version, ...other }) => ({
              version,
              first_seen_run,
              last_seen_run,
              typed: typedOf({ ...other, version, first_seen_run, last_seen_run }),
            })),
        })),
    )
  })
