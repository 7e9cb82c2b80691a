import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/**
 * A line or a transaction was lost or counted twice while the books were matched. No figure of the book may be trusted
 * then, so the run fails, as it does for movements and transactions. Source: docs/rules.md, "Conservation".
 */
export class BookConservationBroken extends Data.TaggedError("BookConservationBroken")<{
  readonly rows: ReadonlyArray<{ readonly book: string; readonly side: string; readonly currency: string }>
}> {
  override get message(): string {
    const where = this.rows.map((row) => `${row.side}s in ${row.currency} of book ${row.book}`).join("; ")
    return `matching the books lost or doubled something, so none of its figures may be used: ${where}`
  }
}

/** Counts and sums of what was judged against the tables themselves, and nothing in two matches. */
const brokenSql = `
  WITH line AS (
    SELECT book, recon.currency_name(currency) AS currency, count(*) AS items, list(amount) AS amounts FROM main.book_lines GROUP BY ALL
  ),
  held AS (
    SELECT book, currency, items, TRY(list_sum(amounts)) AS amount FROM line
  ),
  judged_line AS (
    SELECT book, currency, count(*) AS items, list(amount) AS amounts FROM recon.book_judged WHERE side = 'line' GROUP BY ALL
  ),
  judged AS (
    SELECT book, currency, items, TRY(list_sum(amounts)) AS amount FROM judged_line
  ),
  untied AS (
    SELECT coalesce(h.book, j.book) AS book, 'line' AS side, coalesce(h.currency, j.currency) AS currency
    FROM held AS h FULL OUTER JOIN judged AS j ON j.book = h.book AND j.currency = h.currency
    WHERE h.items IS DISTINCT FROM j.items OR h.amount IS DISTINCT FROM j.amount
  ),
  doubled AS (
    SELECT book, side, currency FROM recon.book_judged GROUP BY book, side, currency, record_id HAVING count(*) > 1
  ),
  rewedded AS (
    SELECT m.book, m.side, '' AS currency FROM book_member AS m GROUP BY m.book, m.side, m.record_id HAVING count(*) > 1
  )
  SELECT * FROM untied UNION SELECT * FROM doubled UNION SELECT * FROM rewedded ORDER BY ALL`

export const checkBookConservation = (sql: Sql): Effect.Effect<void, StoreError | BookConservationBroken> =>
  Effect.gen(function* () {
    const rows = yield* sql.rows<BookConservationBroken["rows"][number]>(brokenSql)
    if (rows.length > 0) return yield* new BookConservationBroken({ rows })
  })
