import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { movementKinds } from "./movements.ts"

/**
 * Every movement and transaction of the last reconciled run with its category. A clean pair is equal in everything that
 * a row tells, so the transaction alone tells it, and nothing needs to be stored. What a later run changed has not been
 * judged, and is not shown.
 */
const matchesViewSql = (runId: string): string =>
  `CREATE OR REPLACE VIEW recon.matches AS
   SELECT * FROM recon.judged
   UNION ALL
   SELECT ${quoteText(runId)} AS run_id, 'movement' AS side, k.stream, t.resource_id AS record_id, t.direction AS leg, t.transaction_id,
     t.customer_id, t.currency, t.currency AS transaction_currency, t.net_amount AS expected, t.net_amount AS actual,
     'matched' AS category, NULL AS code
   FROM main.transactions AS t
   ANTI JOIN recon.judged AS j ON j.transaction_id = t.transaction_id
   JOIN (VALUES ${movementKinds}) AS k(resource_type, stream) ON k.resource_type = t.resource_type
   WHERE t.version_seen_run <= ${quoteText(runId)}`

/** The view is made anew for each run, so its comments are too; its columns are those of recon.judged. */
export const makeMatchesView = (sql: Sql, runId: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(matchesViewSql(runId))
    yield* sql.run(
      "COMMENT ON VIEW recon.matches IS 'Of the last reconciled run: every expected movement and every transaction, in exactly one category.'",
    )
    const columns = yield* sql.rows<{ column_name: string; comment: string }>(
      "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'recon' AND table_name = 'judged'",
    )
    for (const { column_name, comment } of columns) {
      yield* sql.run(`COMMENT ON COLUMN recon.matches.${column_name} IS ${quoteText(comment)}`)
    }
  })

/** The view as it is before anything was reconciled: there, and empty. */
export const ensureMatchesView = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const present = yield* sql.rows(
      "SELECT 1 FROM duckdb_views() WHERE schema_name = 'recon' AND view_name = 'matches'",
    )
    if (present.length > 0) return
    yield* makeMatchesView(sql, "")
  })
