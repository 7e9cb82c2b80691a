import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/**
 * A line or a transaction was lost or counted twice while the books were matched. No figure of the ledger may be trusted
 * then, so the run fails, as it does for movements and transactions. Source: design, section 5 "conservation".
 */
export class LedgerConservationBroken extends Data.TaggedError("LedgerConservationBroken")<{
  readonly rows: ReadonlyArray<{ readonly ledger: string; readonly side: string; readonly currency: string }>
}> {
  override get message(): string {
    const where = this.rows.map((row) => `${row.side}s in ${row.currency} of ledger ${row.ledger}`).join("; ")
    return `matching the books lost or doubled something, so none of its figures may be used: ${where}`
  }
}

/** Counts and sums of what was judged against the tables themselves, and nothing in two matches. */
const brokenSql = `
  WITH line AS (
    SELECT ledger, currency, count(*) AS items, list(amount) AS amounts FROM main.ledger_lines GROUP BY ALL
  ),
  held AS (
    SELECT ledger, currency, items, TRY(list_sum(amounts)) AS amount FROM line
  ),
  judged_line AS (
    SELECT ledger, currency, count(*) AS items, list(amount) AS amounts FROM recon.ledger_judged WHERE side = 'line' GROUP BY ALL
  ),
  judged AS (
    SELECT ledger, currency, items, TRY(list_sum(amounts)) AS amount FROM judged_line
  ),
  untied AS (
    SELECT coalesce(h.ledger, j.ledger) AS ledger, 'line' AS side, coalesce(h.currency, j.currency) AS currency
    FROM held AS h FULL OUTER JOIN judged AS j ON j.ledger = h.ledger AND j.currency = h.currency
    WHERE h.items IS DISTINCT FROM j.items OR h.amount IS DISTINCT FROM j.amount
  ),
  doubled AS (
    SELECT ledger, side, currency FROM recon.ledger_judged GROUP BY ledger, side, currency, record_id HAVING count(*) > 1
  ),
  rewedded AS (
    SELECT m.ledger, m.side, '' AS currency FROM ledger_member AS m GROUP BY m.ledger, m.side, m.record_id HAVING count(*) > 1
  )
  SELECT * FROM untied UNION SELECT * FROM doubled UNION SELECT * FROM rewedded ORDER BY ALL`

export const checkLedgerConservation = (sql: Sql): Effect.Effect<void, StoreError | LedgerConservationBroken> =>
  Effect.gen(function* () {
    const rows = yield* sql.rows<LedgerConservationBroken["rows"][number]>(brokenSql)
    if (rows.length > 0) return yield* new LedgerConservationBroken({ rows })
  })
