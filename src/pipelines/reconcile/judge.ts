import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"

/**
 * The category of every movement and transaction that the money test looked at, in recon.judged. What it did not look at
 * agrees, so recon.matches adds it without storing it.
 */
const judgedSql = `
  INSERT INTO recon.judged BY NAME
  WITH told AS (
    SELECT stream, record_id, leg, arg_min(outcome, place) AS outcome, arg_min(code, place) AS code
    FROM (
      SELECT *, list_position(['exception', 'unproven', 'in flight', 'switched off'], outcome) AS place
      FROM recon.finding WHERE family = 'ledger'
    )
    GROUP BY stream, record_id, leg
  ),
  judged_leg AS MATERIALIZED (
    SELECT c.*, CASE
        WHEN t.outcome IS NOT NULL THEN t.outcome
        WHEN c.class = 'settled' THEN CASE WHEN c.actual = c.expected AND (c.leg IS NOT DISTINCT FROM 'FEE' OR c.posted_fee = c.fee) THEN 'matched' ELSE 'within tolerance' END
        WHEN c.class = 'undone' AND c.refund_is_under_way OR c.class = 'open' THEN 'in flight'
        ELSE 'void' END AS category,
      CASE t.outcome WHEN 'exception' THEN t.code END AS code
    FROM recon.money_case AS c
    LEFT JOIN told AS t ON t.stream = c.stream AND t.record_id = c.record_id AND t.leg IS NOT DISTINCT FROM c.leg
  )
  SELECT recon.run() AS run_id, 'movement' AS side, stream, record_id, coalesce(leg, direction) AS leg, NULL AS transaction_id, customer_id, currency,
    NULL AS transaction_currency, net_amount AS expected, actual, category, code
  FROM judged_leg
  UNION ALL BY NAME
  SELECT recon.run() AS run_id, 'transaction' AS side, l.stream, n.record_id, coalesce(l.leg, l.direction) AS leg, n.transaction_id, n.customer_id, n.currency,
    n.currency AS transaction_currency, NULL AS expected, n.net_amount AS actual,
    CASE WHEN t.outcome IS NOT NULL THEN t.outcome WHEN n.is_posted THEN coalesce(l.category, 'unproven')
      ELSE recon.category_of_waiting(n.class) END AS category,
    CASE WHEN t.outcome IS NOT NULL THEN t.code WHEN n.is_posted THEN l.code END AS code
  FROM recon.named_transaction AS n
  LEFT JOIN judged_leg AS l ON l.stream = n.stream AND l.record_id = n.record_id AND l.leg IS NOT DISTINCT FROM n.leg
  LEFT JOIN told AS t ON t.stream = 'transactions' AND t.record_id = n.transaction_id
  UNION ALL BY NAME
  SELECT recon.run() AS run_id, 'transaction' AS side, NULL AS stream, NULL AS record_id, NULL AS leg, u.transaction_id, u.customer_id, u.currency,
    u.currency AS transaction_currency, NULL AS expected, u.net_amount AS actual,
    CASE WHEN t.outcome IS NOT NULL THEN t.outcome WHEN u.is_posted THEN 'unreferenced' ELSE recon.category_of_waiting(u.class) END AS category,
    CASE t.outcome WHEN 'exception' THEN t.code END AS code
  FROM recon.transaction AS u LEFT JOIN told AS t ON t.stream = 'transactions' AND t.record_id = u.transaction_id
  WHERE NOT u.names_record
  UNION ALL BY NAME
  SELECT recon.run() AS run_id, l.side, l.stream, l.record_id, l.leg, l.transaction_id, l.customer_id, l.currency,
    CASE l.side WHEN 'transaction' THEN l.currency END AS transaction_currency, CASE l.side WHEN 'movement' THEN l.net_amount END AS expected,
    CASE l.side WHEN 'transaction' THEN l.net_amount END AS actual, l.category, NULL AS code
  FROM recon.not_listed AS l`

/** What the money test did not look at, by side. */
const agreed = {
  movement: `
    SELECT m.currency, recon.category_of_record(m.class) AS category, m.net_amount AS amount,
      CASE WHEN m.class = 'settled' THEN m.signed_net ELSE 0 END AS moved, m.stream, m.record_id, coalesce(m.leg, m.direction) AS leg, m.customer_id
    FROM recon.movement AS m ANTI JOIN recon.suspect AS s ON s.resource_type = m.resource_type AND s.record_id = m.record_id`,
  transaction: `
    SELECT t.currency, recon.category_of_transaction(t.class) AS category, t.net_amount AS amount, t.moved,
      t.transaction_id, t.customer_id, t.resource_type, t.resource_id
    FROM recon.transaction AS t ANTI JOIN recon.suspect AS s ON s.resource_type = t.resource_type AND s.record_id = t.resource_id
    WHERE t.names_record`,
} as const

const matchesSql = `
  CREATE OR REPLACE VIEW recon.matches AS
  SELECT * FROM recon.judged
  UNION ALL BY NAME
  SELECT recon.run() AS run_id, 'movement' AS side, stream, record_id, leg, customer_id, currency, amount AS expected, abs(moved) AS actual, category
  FROM (${agreed.movement})
  UNION ALL BY NAME
  SELECT recon.run() AS run_id, 'transaction' AS side, p.stream, a.resource_id AS record_id, a.transaction_id, a.customer_id, a.currency,
    a.currency AS transaction_currency, a.amount AS actual, a.category
  FROM (${agreed.transaction}) AS a LEFT JOIN recon.product AS p ON p.resource_type = a.resource_type`

const commentMatches = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const columns = yield* sql.rows<{ column_name: string; comment: string }>(
      "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'recon' AND table_name = 'judged'",
    )
    yield* sql.runAll([
      "COMMENT ON VIEW recon.matches IS 'Of the last reconciled run: every expected movement and every transaction, in exactly one category.'",
      ...columns.map(
        ({ column_name, comment }) => `COMMENT ON COLUMN recon.matches.${column_name} IS ${quoteText(comment)}`,
      ),
    ])
  })

/** Puts every movement and transaction into its category; reads recon.finding. */
export const judge = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run("DELETE FROM recon.judged")
    yield* sql.run(judgedSql)
    yield* sql.run(matchesSql)
    yield* commentMatches(sql)
  })
