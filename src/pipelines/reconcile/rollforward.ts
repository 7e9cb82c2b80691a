/**
 * The sums of posted transactions per customer and currency, and the roll-forward from them. Source: design, section 5
 * (BAL_INCEPTION, BAL_ROLLFORWARD, BAL_UNSTATED) and section 6 (roll-forward).
 */

/** Balances of this run, one row a customer and currency. Networks of one currency are summed; if they were read at different instants, no sum to one instant exists. */
const closingSql = `
  CREATE OR REPLACE TEMP TABLE closing AS
  SELECT customer_id, currency, sum(total) AS total, sum(available) AS available, sum(held) AS held,
    max(as_of) AS as_of, count(DISTINCT as_of) = 1 AS one_instant
  FROM main.balance_snapshots WHERE run_id = getvariable('run')
  GROUP BY customer_id, currency`

/** The latest earlier reading that lies before this one. Reading an unchanged balance twice opens nothing. */
const openingSql = `
  CREATE OR REPLACE TEMP TABLE opening AS
  WITH earlier AS (
    SELECT s.run_id, s.customer_id, s.currency, sum(s.total) AS total, max(s.as_of) AS as_of, count(DISTINCT s.as_of) = 1 AS one_instant
    FROM main.balance_snapshots AS s WHERE s.run_id < getvariable('run')
    GROUP BY s.run_id, s.customer_id, s.currency
  )
  SELECT e.customer_id, e.currency, arg_max(e.total, e.run_id) AS total, arg_max(e.as_of, e.run_id) AS as_of
  FROM earlier AS e JOIN closing AS c ON c.customer_id = e.customer_id AND c.currency = e.currency
  WHERE e.as_of < c.as_of AND e.one_instant
  GROUP BY e.customer_id, e.currency`

const movedBy = (types: string): string => `coalesce(sum(moved) FILTER (in_period AND type IN (${types})), 0)`

const postedSql = `
  CREATE OR REPLACE TEMP TABLE posted AS
  WITH entry AS (
    SELECT t.customer_id, t.currency, t.type, t.direction,
      CASE t.direction WHEN 'CREDIT' THEN t.net_amount ELSE -t.net_amount END AS moved,
      c.as_of IS NULL OR t.posted_at <= c.as_of AS by_closing,
      (c.as_of IS NULL OR t.posted_at <= c.as_of) AND (o.as_of IS NULL OR t.posted_at > o.as_of) AS in_period
    FROM main.transactions AS t
    LEFT JOIN closing AS c ON c.customer_id = t.customer_id AND c.currency = t.currency
    LEFT JOIN opening AS o ON o.customer_id = t.customer_id AND o.currency = t.currency
    WHERE t.status IN ('COMPLETED', 'REVERSED')
  )
  SELECT customer_id, currency,
    coalesce(sum(moved) FILTER (by_closing), 0) AS since_inception,
    coalesce(sum(moved) FILTER (in_period), 0) AS in_period,
    ${movedBy("'FIAT_DEPOSIT', 'CRYPTO_DEPOSIT'")} AS deposits,
    ${movedBy("'FIAT_WITHDRAWAL', 'CRYPTO_WITHDRAWAL'")} AS withdrawals,
    ${movedBy("'CRYPTO_REFUND'")} AS refunds,
    coalesce(sum(moved) FILTER (in_period AND type = 'CONVERSION' AND direction = 'CREDIT'), 0) AS conversions_in,
    coalesce(sum(moved) FILTER (in_period AND type = 'CONVERSION' AND direction = 'DEBIT'), 0) AS conversions_out,
    ${movedBy("'COLLECTION_PAYMENT'")} AS collections,
    ${movedBy("'FEE'")} AS fees
  FROM entry GROUP BY customer_id, currency`

/** Sums are proven where the customer's transactions were read from the beginning and none of them is unreadable. */
const summableSql = `
  CREATE OR REPLACE TEMP TABLE summable AS
  SELECT pair.customer_id, pair.currency,
    t.customer_id IS NOT NULL AND coalesce(c.one_instant, TRUE)
      AND NOT EXISTS (
        SELECT 1 FROM quarantined AS q
        WHERE q.stream = 'transactions' AND q.customer_id = pair.customer_id AND (q.currency IS NULL OR q.currency = pair.currency)
      ) AS is_proven,
    b.customer_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM quarantined AS q WHERE q.stream = 'balances' AND q.customer_id = pair.customer_id) AS balances_proven
  FROM (SELECT customer_id, currency FROM closing UNION SELECT customer_id, currency FROM posted) AS pair
  LEFT JOIN proven AS t ON t.customer_id = pair.customer_id AND t.stream = 'transactions'
  LEFT JOIN proven AS b ON b.customer_id = pair.customer_id AND b.stream = 'balances'
  LEFT JOIN closing AS c ON c.customer_id = pair.customer_id AND c.currency = pair.currency`

const writeSql = `
  INSERT INTO recon.rollforward
  SELECT getvariable('run'), s.customer_id, s.currency, o.as_of, c.as_of,
    coalesce(o.total, 0) AS opening,
    coalesce(p.deposits, 0), coalesce(p.withdrawals, 0), coalesce(p.refunds, 0), coalesce(p.conversions_in, 0),
    coalesce(p.conversions_out, 0), coalesce(p.collections, 0), coalesce(p.fees, 0),
    coalesce(p.in_period - p.deposits - p.withdrawals - p.refunds - p.conversions_in - p.conversions_out - p.collections - p.fees, 0) AS adjustments,
    coalesce(o.total, 0) + coalesce(p.in_period, 0) AS computed_closing,
    c.total AS reported_closing,
    c.total - (coalesce(o.total, 0) + coalesce(p.in_period, 0)) AS difference,
    CASE
      WHEN NOT s.is_proven OR NOT s.balances_proven THEN 'unproven'
      WHEN c.total IS NULL THEN 'unstated'
      WHEN c.total = coalesce(o.total, 0) + coalesce(p.in_period, 0) THEN 'agrees'
      ELSE 'differs'
    END AS status
  FROM summable AS s
  LEFT JOIN closing AS c ON c.customer_id = s.customer_id AND c.currency = s.currency
  LEFT JOIN opening AS o ON o.customer_id = s.customer_id AND o.currency = s.currency
  LEFT JOIN posted AS p ON p.customer_id = s.customer_id AND p.currency = s.currency`

export const rollforwardSql: ReadonlyArray<string> = [
  closingSql,
  openingSql,
  postedSql,
  summableSql,
  "DELETE FROM recon.rollforward WHERE run_id = getvariable('run')",
  writeSql,
]
