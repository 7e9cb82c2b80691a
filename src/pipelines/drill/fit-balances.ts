import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"

/** What was posted up to each balance of the customers whom a pass touches. */
const postedSql = (table: string, runId: string): string => `
  CREATE OR REPLACE TABLE drill.${table} AS
  WITH posting AS (
    SELECT t.customer_id, t.currency, t.network, coalesce(t.posted_at, t.updated_at, t.created_at) AS posted_at,
      CASE t.direction WHEN 'CREDIT' THEN t.net_amount ELSE -t.net_amount END AS moved
    FROM main.transactions AS t
    SEMI JOIN drill.touched AS c ON c.customer_id = t.customer_id
    JOIN recon.statuses AS s ON s.stream = 'transactions' AND s.status = t.status AND s.class IN ('settled', 'undone')
    WHERE t.last_seen_run = ${quoteText(runId)}
  ),
  stated AS (
    SELECT b.customer_id, b.currency, b.network, b.as_of FROM main.balances AS b SEMI JOIN drill.touched AS c ON c.customer_id = b.customer_id
    WHERE b.last_seen_run = ${quoteText(runId)}
  ),
  -- What has no row is stated, once it moves, as of the customer's newest.
  unstated AS (
    SELECT DISTINCT p.customer_id, p.currency, NULL AS network, n.as_of
    FROM posting AS p ANTI JOIN stated AS s ON s.customer_id = p.customer_id AND s.currency = p.currency
    JOIN (SELECT customer_id, max(as_of) AS as_of FROM stated GROUP BY customer_id) AS n ON n.customer_id = p.customer_id
  )
  SELECT s.customer_id, s.currency, s.network, s.as_of, s.is_stated, coalesce(sum(p.moved), 0) AS moved
  FROM (SELECT *, TRUE AS is_stated FROM stated UNION ALL SELECT *, FALSE FROM unstated) AS s
  LEFT JOIN posting AS p ON p.customer_id = s.customer_id AND p.currency = s.currency AND p.posted_at <= s.as_of
    AND (s.network IS NULL OR p.network = s.network)
  GROUP BY ALL`

/** Before anything is altered. */
export const rememberPosted = (sql: Sql, runId: string): Effect.Effect<void, StoreError> =>
  sql.run(postedSql("posted_before", runId))

/** By how much each balance would have to move for no sum to give the alterations away; yields whose. */
export const measureShift = (sql: Sql, runId: string): Effect.Effect<ReadonlySet<string>, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(postedSql("posted_after", runId))
    yield* sql.run(`
      CREATE OR REPLACE TABLE drill.shift AS
      SELECT a.customer_id, a.currency, a.network, a.as_of, a.is_stated, a.moved - coalesce(b.moved, 0) AS moved
      FROM drill.posted_after AS a
      LEFT JOIN drill.posted_before AS b ON b.customer_id = a.customer_id AND b.currency = a.currency AND b.network IS NOT DISTINCT FROM a.network
      WHERE a.moved <> coalesce(b.moved, 0)
      UNION ALL
      -- Nothing is left of it.
      SELECT b.customer_id, b.currency, b.network, b.as_of, b.is_stated, -b.moved
      FROM drill.posted_before AS b
      ANTI JOIN drill.posted_after AS a ON a.customer_id = b.customer_id AND a.currency = b.currency AND a.network IS NOT DISTINCT FROM b.network
      WHERE b.moved <> 0`)
    const rows = yield* sql.rows<{ customer_id: string }>("SELECT DISTINCT customer_id FROM drill.shift")
    return new Set(rows.map(({ customer_id }) => customer_id))
  })

/** Moves the balances by it; one that the customer did not have is stated. */
export const fitBalances = (sql: Sql, runId: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const run = quoteText(runId)
    yield* sql.run(
      `UPDATE main.balances AS b SET total = b.total + s.moved, available = b.available + s.moved
       FROM drill.shift AS s
       WHERE s.customer_id = b.customer_id AND s.currency = b.currency AND s.network IS NOT DISTINCT FROM b.network AND b.last_seen_run = ${run}`,
    )
    yield* sql.run(
      `INSERT INTO main.balances BY NAME
       SELECT s.customer_id, s.currency, s.network, s.moved AS available, 0 AS held, s.moved AS total, s.as_of, 1 AS version,
         ${run} AS version_seen_run, ${run} AS first_seen_run, ${run} AS last_seen_run, '' AS content_hash
       FROM drill.shift AS s WHERE NOT s.is_stated`,
    )
  })
