/**
 * How many counterparts each line and each transaction has within a window, and which one if it is the only one. Each line
 * opens and closes its window, transactions come between; one pass in the order of time counts both sides, so that the
 * cost grows with the number of rows and not with the number of pairs. Amounts that repeat a hundred thousand times cost
 * no more than others.
 *
 * The sums run over all buckets at once, because a window per bucket costs twenty times as much: each bucket has closed
 * every window that it opened before the next one begins, and what passed within a window is a difference.
 *
 * A line that names no customer meets everybody's transactions: it has a space of its own, in which each transaction of
 * its book passes as well.
 */
export interface Sweep {
  /** SELECT of lines: book, line_id, is_nameless, customer, currency, amount, booked_from, booked_to. */
  readonly lines: string
  /** SELECT of transactions: book, transaction_id, customer_id, currency, amount, posted_at, has_nameless. */
  readonly postings: string
  readonly windowHours: number
  /** SQL of the amount by which both meet: the amount itself, or only its sign. */
  readonly amountKey: string
}

/** Makes `swept_line` (book, line_id, candidates, only_one) and `swept_posting` (book, transaction_id, candidates). */
export const sweepSql = ({ amountKey, lines, postings, windowHours }: Sweep): ReadonlyArray<string> => [
  `CREATE OR REPLACE TEMP TABLE swept AS
   WITH line AS (${lines}),
   posting AS (${postings}),
   moment AS (
     SELECT book, CASE WHEN is_nameless THEN '' ELSE customer END AS space, currency, ${amountKey} AS amount_key,
       booked_from - INTERVAL ${windowHours} HOUR AS happens, 0 AS place, line_id, NULL::VARCHAR AS transaction_id FROM line
     UNION ALL
     SELECT book, CASE WHEN is_nameless THEN '' ELSE customer END, currency, ${amountKey}, booked_to + INTERVAL ${windowHours} HOUR, 2, line_id, NULL FROM line
     UNION ALL
     SELECT book, customer_id, currency, ${amountKey}, posted_at, 1, NULL, transaction_id FROM posting
     UNION ALL
     SELECT book, '', currency, ${amountKey}, posted_at, 1, NULL, transaction_id FROM posting WHERE has_nameless
   )
   SELECT book, place, line_id, transaction_id,
     sum(CASE place WHEN 1 THEN 1 ELSE 0 END) OVER until_now AS passed, sum(1 - place) OVER until_now AS windows_open
   FROM moment
   WINDOW until_now AS (ORDER BY book, space, currency, amount_key, happens, place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`,
  `CREATE OR REPLACE TEMP TABLE swept_line AS
   WITH span AS (
     SELECT book, line_id, max(passed) FILTER (place = 2) AS until, max(passed) FILTER (place = 2) - max(passed) FILTER (place = 0) AS candidates
     FROM swept WHERE line_id IS NOT NULL GROUP BY book, line_id
   ),
   passing AS (
     SELECT passed, transaction_id FROM swept WHERE place = 1
   )
   SELECT s.book, s.line_id, s.candidates::BIGINT AS candidates, t.transaction_id AS only_one
   FROM span AS s LEFT JOIN passing AS t ON t.passed = CASE WHEN s.candidates = 1 THEN s.until END`,
  `CREATE OR REPLACE TEMP TABLE swept_posting AS
   SELECT book, transaction_id, sum(windows_open)::BIGINT AS candidates
   FROM swept WHERE transaction_id IS NOT NULL GROUP BY book, transaction_id`,
]
