/*
 * The grace of a difference begins once, whatever is posted or touched before each night. What is in flight is remembered in
 * recon.grace_begun until a night proves it settled. Only what an earlier run saw counts, so that judging a run again finds the
 * same. Source: docs/rules.md, "Grace and tolerance".
 */

/** What is in flight tonight, beside the night that first saw it so. A record's money is one difference, whatever its code. */
const inFlight = `
  in_flight AS (
    SELECT f.exception_id, f.code, f.customer_id, CASE f.family WHEN 'ledger' THEN concat_ws('/', f.stream, f.record_id) ELSE f.exception_id END AS difference
    -- A line of the partner's own books that has another date is another line: people change their books as they like.
    FROM recon.finding AS f WHERE f.outcome = 'in flight' AND f.family <> 'books'
  ),
  changed AS (
    SELECT concat_ws('/', stream, record_id) AS difference, max(changed_at) FILTER (changed_at <= read_from) AS changed_at
    FROM recon.money_case GROUP BY stream, record_id
  ),
  since_before AS (
    SELECT f.*, g.began_at FROM in_flight AS f
    JOIN recon.grace_begun AS g ON g.difference = f.difference AND g.run_id < recon.run()
    LEFT JOIN changed AS c ON c.difference = f.difference
    -- In a new state a record's money is another difference.
    WHERE coalesce(c.changed_at <= g.began_at, TRUE)
  )`

/** The exceptions that are in flight no longer: their hour is over, counted from the first night. */
export const graceOverSql = `
  WITH ${inFlight}
  SELECT exception_id FROM since_before WHERE began_at + recon.grace(code) <= recon.started_at()`

/** Forgets what is settled, where every list of its customer was read, and what has begun anew; remembers what began tonight. */
export const rememberGraceSql: ReadonlyArray<string> = [
  `CREATE OR REPLACE TEMP TABLE grace_begins AS
   WITH ${inFlight}
   SELECT DISTINCT difference, customer_id FROM in_flight ANTI JOIN since_before USING (difference)`,
  `DELETE FROM recon.grace_begun WHERE difference IN (SELECT difference FROM grace_begins)
     OR difference NOT IN (SELECT concat_ws('/', stream, record_id) FROM recon.finding UNION ALL SELECT exception_id FROM recon.finding)
       AND coalesce(customer_id NOT IN (SELECT customer_id FROM recon.reading WHERE NOT is_whole), TRUE)
       AND coalesce(customer_id IN (SELECT customer_id FROM recon.reading), TRUE)`,
  "INSERT INTO recon.grace_begun SELECT difference, customer_id, recon.run(), recon.started_at() FROM grace_begins",
]
