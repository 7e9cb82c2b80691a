import { toleranceOf } from "../evidence/tolerance.ts"

/**
 * The sums of posted transactions per customer and currency, and the roll-forward from them. Source: design, section 5
 * (BAL_INCEPTION, BAL_ROLLFORWARD, BAL_UNSTATED) and section 6 (roll-forward).
 */

/**
 * Balances of a run, one row a customer and currency. Networks of one currency are summed; where they were read at
 * different instants, or their sum leaves DECIMAL(38,18), there is no sum.
 */
const readingsSql = (runs: string): string => `
  SELECT run_id, customer_id, currency, as_of, one_instant, TRY(list_sum(totals)) AS total, TRY(list_sum(availables)) AS available,
    TRY(list_sum(helds)) AS held
  FROM (
    SELECT run_id, customer_id, currency, max(as_of) AS as_of, count(DISTINCT as_of) = 1 AS one_instant,
      list(total) AS totals, list(available) AS availables, list(held) AS helds
    FROM main.balance_snapshots WHERE ${runs}
    GROUP BY run_id, customer_id, currency
  )`

const closingSql = `CREATE OR REPLACE TEMP TABLE closing AS ${readingsSql("run_id = getvariable('run')")}`

/**
 * The reading of the last judged run that proved the customer's balances, so that no stretch of time lies between two
 * judgements; where none has, the first reading of all. Reading an unchanged balance twice opens nothing.
 */
const openingSql = `
  CREATE OR REPLACE TEMP TABLE opening AS
  WITH earlier AS (${readingsSql("run_id < getvariable('run')")})
  SELECT e.customer_id, e.currency,
    coalesce(arg_max(e.total, e.run_id) FILTER (r.state IN ('reconciled', 'reported')), arg_min(e.total, e.run_id)) AS total,
    coalesce(arg_max(e.as_of, e.run_id) FILTER (r.state IN ('reconciled', 'reported')), arg_min(e.as_of, e.run_id)) AS as_of
  FROM earlier AS e
  JOIN recon.runs AS r ON r.run_id = e.run_id
  JOIN closing AS c ON c.customer_id = e.customer_id AND c.currency = e.currency
  JOIN recon.coverage AS v ON v.run_id = e.run_id AND v.customer_id = e.customer_id AND v.stream = 'balances'
  WHERE e.as_of < c.as_of AND e.one_instant AND e.total IS NOT NULL AND v.state = 'COMPLETE' AND v.quarantined_records = 0
  GROUP BY e.customer_id, e.currency`

/**
 * Customers and currencies whose sums could leave DECIMAL(38,18). Those that might are found by their largest amount,
 * which costs little; only they are summed in whole units, which cannot overflow.
 */
const enormousSql = `
  CREATE OR REPLACE TEMP TABLE enormous AS
  WITH candidate AS (
    SELECT customer_id, currency FROM main.transactions
    GROUP BY customer_id, currency HAVING max(abs(net_amount)) >= 9e19 / count(*)
  )
  SELECT t.customer_id, t.currency
  FROM main.transactions AS t SEMI JOIN candidate AS c ON c.customer_id = t.customer_id AND c.currency = t.currency
  GROUP BY t.customer_id, t.currency
  HAVING sum(CAST(trunc(abs(t.net_amount)) AS HUGEINT)) + count(*) >= 99999999999999999999::HUGEINT`

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
    ANTI JOIN enormous AS e ON e.customer_id = t.customer_id AND e.currency = t.currency
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
    t.customer_id IS NOT NULL AND (c.customer_id IS NULL OR c.one_instant AND c.total IS NOT NULL) AND e.customer_id IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM quarantined AS q
        WHERE q.stream = 'transactions' AND q.customer_id = pair.customer_id AND (q.currency IS NULL OR q.currency = pair.currency)
      ) AS is_proven,
    b.customer_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM quarantined AS q WHERE q.stream = 'balances' AND q.customer_id = pair.customer_id) AS balances_proven
  FROM (
    SELECT customer_id, currency FROM closing UNION SELECT customer_id, currency FROM posted UNION SELECT customer_id, currency FROM enormous
  ) AS pair
  LEFT JOIN proven AS t ON t.customer_id = pair.customer_id AND t.stream = 'transactions'
  LEFT JOIN proven AS b ON b.customer_id = pair.customer_id AND b.stream = 'balances'
  LEFT JOIN closing AS c ON c.customer_id = pair.customer_id AND c.currency = pair.currency
  LEFT JOIN enormous AS e ON e.customer_id = pair.customer_id AND e.currency = pair.currency`

const writeSql = `
  INSERT INTO recon.rollforward
  WITH rolled AS (
    SELECT s.customer_id, s.currency, s.is_proven AND s.balances_proven AS is_proven, o.as_of AS opening_as_of, c.as_of AS closing_as_of,
      coalesce(o.total, 0) AS opening, p.* EXCLUDE (customer_id, currency), c.total AS reported,
      TRY(coalesce(o.total, 0) + coalesce(p.in_period, 0)) AS computed
    FROM summable AS s
    LEFT JOIN closing AS c ON c.customer_id = s.customer_id AND c.currency = s.currency
    LEFT JOIN opening AS o ON o.customer_id = s.customer_id AND o.currency = s.currency
    LEFT JOIN posted AS p ON p.customer_id = s.customer_id AND p.currency = s.currency
  )
  SELECT getvariable('run'), customer_id, currency, opening_as_of, closing_as_of, opening,
    coalesce(deposits, 0), coalesce(withdrawals, 0), coalesce(refunds, 0), coalesce(conversions_in, 0),
    coalesce(conversions_out, 0), coalesce(collections, 0), coalesce(fees, 0),
    coalesce(in_period - deposits - withdrawals - refunds - conversions_in - conversions_out - collections - fees, 0) AS adjustments,
    computed, reported, TRY(reported - computed) AS difference,
    CASE
      WHEN NOT is_proven OR computed IS NULL THEN 'unproven'
      WHEN reported IS NULL THEN 'unstated'
      WHEN reported = computed THEN 'agrees'
      WHEN TRY(abs(reported - computed)) <= ${toleranceOf("rolled.currency", "computed", "BAL_ROLLFORWARD")} THEN 'within tolerance'
      ELSE 'differs'
    END AS status
  FROM rolled`

export const rollforwardSql: ReadonlyArray<string> = [
  closingSql,
  openingSql,
  enormousSql,
  postedSql,
  summableSql,
  "DELETE FROM recon.rollforward WHERE run_id = getvariable('run')",
  writeSql,
]
