/**
 * When an exception that a run did not find may be called resolved. Never because it was not seen: only where the run has
 * proven what it rests on.
 *
 * - Its check ran. One that is switched off, or is gone from the program, resolves nothing.
 * - What it rests on is proven, as the table below says: every partition of its customer, its own list walked to its end
 *   (a list that does not apply any more proves nothing about its records), or for checks that look across customers every
 *   partition of the run. A code that the table does not name rests on the whole run.
 * - Its case could be judged. Ledger and balance checks, and those with an `unjudged` query, say case by case what they
 *   could not judge; of any other check we only know how many cases, so one unproven case keeps all of that check's
 *   exceptions as they are.
 * - Nothing about its record is unreadable: a record in quarantine may say anything.
 *
 * Rows that were not read again stay as they were and are found again, so an incomplete night never hides a break.
 */

/** `partition`: the customer's one list that the exception is about. `stream`: that list of every customer. */
type Ground = "partition" | "stream" | "customer" | "run"

const restsOn: Readonly<Record<string, Ground>> = {
  COV_INCOMPLETE: "partition",
  COV_DENIED: "stream",
  COV_CUSTOMER_UNKNOWN: "customer",
  COV_VANISHED: "customer",
  COV_LATE_ARRIVAL: "customer",
  REC_INVALID: "customer",
  REC_UNKNOWN_STATUS: "customer",
  REC_ARITHMETIC: "customer",
  REC_MUTATED: "customer",
  REC_STATUS_REGRESSION: "customer",
  LED_MISSING_TRANSACTION: "customer",
  LED_MISSING_PRODUCT: "run",
  LED_DUPLICATE_TRANSACTION: "customer",
  LED_AMOUNT_MISMATCH: "customer",
  LED_FEE_MISMATCH: "customer",
  LED_CURRENCY_MISMATCH: "customer",
  LED_DIRECTION_MISMATCH: "customer",
  LED_OWNER_MISMATCH: "run",
  LED_STATUS_MISMATCH: "customer",
  DUP_PRODUCT: "customer",
  TX_HASH_MISSING: "customer",
  TX_HASH_REUSED: "run",
  AGE_STUCK: "customer",
  AGE_TRAVEL_RULE: "customer",
  CONV_RATE: "customer",
  CONV_QUOTE_MISSING: "run",
  CONV_QUOTE_DEVIATION: "customer",
  CONV_QUOTE_EXPIRED: "customer",
  CONV_QUOTE_REUSED: "run",
  REFUND_ORPHAN: "run",
  REFUND_EXCESS: "run",
  REFUND_ROUTE: "customer",
  COLL_CHECKOUT_TOTAL: "run",
  COLL_AFTER_EXPIRY: "customer",
  BAL_COMPONENTS: "customer",
  BAL_NEGATIVE: "customer",
  BAL_INCEPTION: "customer",
  BAL_ROLLFORWARD: "customer",
  BAL_UNSTATED: "customer",
  BOOK_MISSING_HERE: "customer",
  BOOK_MISSING_THERE: "customer",
  BOOK_AMOUNT: "customer",
  BOOK_CURRENCY: "customer",
  BOOK_DATE: "customer",
  BOOK_DUPLICATE: "customer",
  BOOK_AMBIGUOUS: "customer",
  BOOK_INVALID: "customer",
}

const grounds = Object.entries(restsOn)
  .map(([code, ground]) => `('${code}', '${ground}')`)
  .join(", ")

/** The live exceptions that this run resolves; reads `finding` and what the run proved. */
export const resolvedSql = `
  CREATE OR REPLACE TEMP TABLE gone AS
  WITH partition AS (
    SELECT customer_id, stream, state IN ('COMPLETE', 'NOT_APPLICABLE') AS is_proven, state = 'COMPLETE' AS is_walked
    FROM recon.coverage WHERE run_id = getvariable('run')
  ),
  whole_customer AS (SELECT customer_id FROM partition GROUP BY customer_id HAVING bool_and(is_proven)),
  whole_stream AS (SELECT stream FROM partition GROUP BY stream HAVING bool_and(is_proven)),
  whole_run AS (SELECT coalesce(bool_and(is_proven), FALSE) AS is_whole FROM partition),
  ground AS (SELECT * FROM (VALUES ${grounds}) AS g(code, rests_on)),
  -- Some checks name the cases that they could not judge; of the others only a count is known.
  judging_check AS (
    SELECT code FROM recon.check_results
    WHERE run_id = getvariable('run') AND (unproven = 0 OR starts_with(code, 'LED_') OR starts_with(code, 'BAL_') OR code IN (SELECT code FROM telling_check))
  ),
  unproven_record AS (
    SELECT stream, record_id FROM recon.judged WHERE category = 'unproven' AND record_id IS NOT NULL
    UNION
    SELECT 'transactions', transaction_id FROM recon.judged WHERE category = 'unproven' AND transaction_id IS NOT NULL
    UNION
    SELECT stream, record_id FROM quarantined WHERE record_id IS NOT NULL
  ),
  unproven_balance AS (
    SELECT customer_id, currency FROM summable WHERE NOT (is_proven AND balances_proven)
  ),
  -- A roll-forward needs both its ends.
  rolled AS (
    SELECT c.customer_id, c.currency FROM closing AS c
    JOIN opening AS o ON o.customer_id = c.customer_id AND o.currency = c.currency
  ),
  candidate AS (
    SELECT e.exception_id, e.code, e.state, e.stream, e.record_id, e.customer_id, e.currency,
      coalesce(g.rests_on, 'run') AS rests_on
    FROM recon.exceptions AS e
    SEMI JOIN judging_check AS j ON j.code = e.code
    ANTI JOIN finding AS f ON f.exception_id = e.exception_id
    ANTI JOIN unjudged AS n ON n.exception_id = e.exception_id
    LEFT JOIN ground AS g ON g.code = e.code
    WHERE e.state IN ('open', 'acknowledged', 'reopened')
  )
  SELECT e.exception_id, e.state
  FROM candidate AS e
  CROSS JOIN whole_run AS w
  LEFT JOIN partition AS own ON own.customer_id = e.customer_id AND own.stream = e.stream
  LEFT JOIN whole_customer AS c ON c.customer_id = e.customer_id
  LEFT JOIN whole_stream AS s ON s.stream = e.stream
  LEFT JOIN unproven_record AS u ON u.stream = e.stream AND u.record_id = e.record_id
  LEFT JOIN unproven_balance AS b ON e.stream = 'balances' AND b.customer_id = e.customer_id AND b.currency = e.currency
  LEFT JOIN rolled AS r ON r.customer_id = e.customer_id AND r.currency = e.currency
  WHERE u.record_id IS NULL AND b.customer_id IS NULL
    AND (e.code <> 'BAL_ROLLFORWARD' OR r.customer_id IS NOT NULL)
    AND CASE e.rests_on
      WHEN 'partition' THEN coalesce(own.is_proven, FALSE)
      WHEN 'stream' THEN s.stream IS NOT NULL
      ELSE (e.customer_id IS NULL OR c.customer_id IS NOT NULL)
        AND (e.customer_id IS NULL OR e.stream IS NULL OR e.stream = 'books' OR coalesce(own.is_walked, FALSE))
        AND (w.is_whole OR e.rests_on = 'customer' AND e.customer_id IS NOT NULL)
    END`
