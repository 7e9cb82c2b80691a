import { Effect } from "effect"
import type { Row, Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** What surrounds an exception of the partner's books, as of the last reconciled run. */
export interface BooksEvidence {
  /** The line or transaction itself, what it is matched with, what it was before, and what is open and may belong to it. */
  readonly entries: ReadonlyArray<BooksEntry>
  /** The line as it stands in its file, where it could not be read. */
  readonly unreadable: ReadonlyArray<{
    readonly file: string
    readonly sha256: string
    readonly source_line: bigint
    readonly reason: string
    readonly payload: string
  }>
}

export interface BooksEntry extends Row {
  /** itself, its match, repeated by it, earlier version, or open: unmatched, of the same customer, currency and direction. */
  readonly role: string
  readonly side: "line" | "transaction"
  readonly record_id: string
  readonly booked: string
  readonly currency: string
  /** A credit is positive. */
  readonly amount: string
  readonly customer_id: string | null
  readonly reference: string | null
  readonly description: string | null
  /** For a line its file and place, for a transaction its type and status. */
  readonly stands: string | null
}

/** Of what is open, so many of each side: the nearest to it in amount and time. */
const nearest = 10

const entriesSql = `
  WITH judged AS (
    SELECT *, concat_ws('/', book, record_id) AS name FROM recon.book_judged
  ),
  itself AS (
    SELECT * FROM judged WHERE name = $1 ORDER BY code IS NOT DISTINCT FROM $2 DESC, side LIMIT 1
  ),
  other AS (
    SELECT j.*, i.amount AS wanted, abs(epoch_us(j.booked_from) - epoch_us(i.booked_from)) AS apart,
      coalesce(j.match_id = i.match_id, FALSE) AS is_matched, j.name IS NOT DISTINCT FROM $3 AS is_repeated,
      j.match_id IS NULL AND i.match_id IS NULL AND j.currency = i.currency AND sign(j.amount) = sign(i.amount)
        AND (j.customer_id = i.customer_id OR j.customer_id IS NULL OR i.customer_id IS NULL) AS is_open
    FROM judged AS j JOIN itself AS i ON i.book = j.book AND (i.side <> j.side OR i.record_id <> j.record_id)
  ),
  open AS (
    SELECT * FROM other WHERE is_open AND NOT is_repeated
    QUALIFY row_number() OVER (PARTITION BY side ORDER BY amount = wanted DESC, apart, record_id) <= ${nearest}
  ),
  chosen AS (
    SELECT 0 AS place, 'itself' AS role, book, side, record_id, booked_from, booked_to, currency, amount, customer_id, 0 AS apart FROM itself
    UNION ALL
    SELECT 1, CASE WHEN is_matched THEN 'its match' ELSE 'repeated by it' END, book, side, record_id, booked_from, booked_to, currency, amount, customer_id, 0
    FROM other WHERE is_matched OR is_repeated
    UNION ALL
    SELECT CASE WHEN amount = wanted THEN 2 ELSE 3 END, 'open', book, side, record_id, booked_from, booked_to, currency, amount, customer_id, apart FROM open
  ),
  known AS (
    SELECT c.place, c.role, c.side, c.record_id, c.booked_from, c.booked_to, c.currency, c.amount, c.customer_id, c.apart,
      coalesce(l.reference, t.reference) AS reference, l.description,
      CASE c.side WHEN 'line' THEN concat(i.file, ', line ', l.source_line) ELSE concat_ws(' ', t.type, t.status) END AS stands
    FROM chosen AS c
    LEFT JOIN main.book_lines AS l ON c.side = 'line' AND l.book = c.book AND l.line_id = c.record_id
    LEFT JOIN recon.book_imports AS i ON i.import_id = l.version_import
    LEFT JOIN main.transactions AS t ON c.side = 'transaction' AND t.transaction_id = c.record_id
    UNION ALL
    SELECT 1, concat('version ', s.version), 'line', s.line_id, s.booked_from, s.booked_to, s.currency, s.amount, s.customer_id, s.version,
      s.reference, s.description, concat(i.file, ', line ', s.source_line)
    FROM main.superseded_book_lines AS s LEFT JOIN recon.book_imports AS i ON i.import_id = s.version_import
    WHERE concat_ws('/', s.book, s.line_id) = $1
  )
  SELECT role, side, record_id,
    CASE WHEN booked_from = booked_to THEN strftime(booked_from, '%Y-%m-%dT%H:%M:%SZ') ELSE strftime(booked_from, '%Y-%m-%d') END AS booked,
    currency, CAST(amount AS VARCHAR) AS amount, customer_id, reference, description, stands
  FROM known ORDER BY place, side, apart, record_id`

const unreadableSql = `
  SELECT i.file, i.sha256, q.source_line, q.reason, q.payload
  FROM raw.book_quarantine AS q JOIN recon.book_imports AS i ON i.import_id = q.import_id
  WHERE q.in_force AND concat_ws('/', q.book, coalesce(q.line_id, concat('line ', q.source_line, ' of ', i.file))) = $1
  ORDER BY ALL`

/** What the books and their matching say around an exception; null where it is not about the books. */
export const booksAround = (
  sql: Sql,
  exception: {
    readonly stream: string | null
    readonly record_id: string
    readonly code: string
    readonly counterpart_id: string | null
  },
): Effect.Effect<BooksEvidence | null, StoreError> =>
  exception.stream === "books"
    ? Effect.all({
        entries: sql.rows<BooksEntry>(entriesSql, [exception.record_id, exception.code, exception.counterpart_id]),
        unreadable: sql.rows<BooksEvidence["unreadable"][number]>(unreadableSql, [exception.record_id]),
      })
    : Effect.succeed(null)
