/**
 * When an exception that a run did not find may be called resolved. Never because it was not seen: only where the run has
 * proven what it rests on.
 *
 * - Its check ran. One that is switched off, or is gone from the program, resolves nothing.
 * - What it rests on is proven, as its check says: every partition of its customer, its own list walked to its end (a list that
 *   does not apply any more proves nothing about its records), or for checks that look across customers every partition of
 *   the run; for a few the roster alone. Where its customer left the roster and its record stands on another's list tonight, that
 *   customer's lists count: nobody reads the former ones any more.
 * - Its case is not among those that the check could not judge; of a record's money, that no check could, because by what can be read
 *   it may have another code.
 * - Nothing about its record is unreadable: a record in quarantine may say anything.
 *
 * What a person accepted is resolved like any other: if it is put right and comes back, it is another break, which nobody accepted.
 *
 * Or where the run tells the same break by another code: of a record's money one code speaks, the first that applies.
 *
 * Rows that were not read again stay as they were and are found again, so an incomplete night never hides a break.
 */

/** The live and accepted exceptions that this run resolves; reads recon.finding and what the run proved. */
export const resolvedSql = `
  CREATE OR REPLACE TEMP TABLE gone AS
  WITH whole_customer AS (SELECT customer_id FROM recon.reading GROUP BY customer_id HAVING bool_and(is_whole)),
  whole_stream AS (SELECT stream FROM recon.reading GROUP BY stream HAVING bool_and(is_whole)),
  whole_run AS (SELECT coalesce(bool_and(is_whole), FALSE) AS is_whole FROM recon.reading),
  money AS (
    SELECT stream, record_id, leg, bool_or(outcome = 'exception') AS is_told, bool_or(outcome = 'unproven') AS is_unproven
    FROM recon.finding WHERE family = 'ledger' AND stream <> 'transactions' GROUP BY stream, record_id, leg
  ),
  refused AS (SELECT DISTINCT stream, record_id FROM recon.refused WHERE record_id IS NOT NULL),
  passed_on AS (
    SELECT e.exception_id, k.customer_id
    FROM (SELECT * FROM recon.exceptions ANTI JOIN recon.reading USING (customer_id) WHERE state <> 'resolved') AS e
    JOIN recon.known_record AS k ON k.stream = e.stream AND k.record_id = e.record_id
    WHERE k.last_seen_run = recon.run()
  ),
  candidate AS (
    SELECT e.exception_id, e.code, e.state, e.stream, e.record_id, e.leg, coalesce(p.customer_id, e.customer_id) AS customer_id, e.at_stake, e.currency, s.rests_on, s.family
    FROM recon.exceptions AS e
    JOIN recon.check_settings AS s ON s.code = e.code AND s.is_enabled
    ANTI JOIN recon.finding AS f ON f.exception_id = e.exception_id
    ANTI JOIN refused AS q ON q.stream = e.stream AND q.record_id = e.record_id
    LEFT JOIN passed_on AS p ON p.exception_id = e.exception_id
    -- What a mutation was accepted as is what later nights compare with, so that it is found no longer.
    WHERE recon.is_live(e.state) OR e.state = 'written_off' AND e.code <> 'REC_MUTATED'
  )
  SELECT e.exception_id, e.state, e.at_stake, e.currency
  FROM candidate AS e
  CROSS JOIN whole_run AS w
  LEFT JOIN recon.reading AS own ON own.customer_id = e.customer_id AND own.stream = e.stream
  LEFT JOIN whole_customer AS c ON c.customer_id = e.customer_id
  LEFT JOIN whole_stream AS s ON s.stream = e.stream
  LEFT JOIN money AS m ON m.stream = CASE WHEN e.family = 'ledger' THEN e.stream END AND m.record_id = e.record_id AND m.leg IS NOT DISTINCT FROM e.leg
  WHERE coalesce(m.is_told, FALSE) OR NOT coalesce(m.is_unproven, FALSE) AND CASE e.rests_on
    -- Of a list that does not apply any more it is proven that it was not left unread, and nothing about its records.
    WHEN 'list' THEN coalesce(own.is_proven OR own.is_whole AND e.record_id = concat_ws('/', e.customer_id, e.stream), FALSE)
    WHEN 'stream' THEN CASE WHEN e.customer_id IS NULL THEN s.stream IS NOT NULL ELSE coalesce(own.is_whole, FALSE) END
    WHEN 'roster' THEN TRUE
    ELSE (e.customer_id IS NULL OR c.customer_id IS NOT NULL)
      -- A book has no list of the API.
      AND (e.customer_id IS NULL OR own.stream IS NULL OR own.is_proven)
      AND (w.is_whole OR e.rests_on = 'customer' AND e.customer_id IS NOT NULL)
  END`
