-- about: What each match of the partner's books comes to: both sums, whether they are of one currency, and whether they lie in the window.
-- kind: table
-- book: The book.
-- match_id: The match.
-- rule: The rule that made it.
-- candidates: Counterparts that were looked at.
-- ties: Counterparts with equal claims.
-- lines: How many lines.
-- booked: Their sum.
-- line_currency: Their currency.
-- booked_from: The beginning of the first.
-- booked_to: The end of the last.
-- line_ids: The lines, in the order of their ids.
-- transactions: How many transactions.
-- posted: Their sum.
-- currency: Their currency.
-- customer_id: Their customer.
-- posted_from: When the first was posted.
-- posted_to: When the last was posted.
-- transaction_ids: The transactions, in the order of their ids.
-- is_one_currency: Whether both sides are of one currency.
-- difference: What the lines say beyond the transactions.
-- tolerance: The difference that is accepted.
-- is_in_window: Whether both sides lie within the window.
-- verdict: matched, within tolerance, or the check that tells what is wrong.
WITH line AS (
  SELECT m.book, m.match_id, any_value(m.rule) AS rule, max(m.candidates) AS candidates, max(m.ties) AS ties, count(*) AS lines,
    recon.exact_sum(l.amount) AS booked, min(l.currency) AS line_currency, min(l.booked_from) AS booked_from, max(l.booked_to) AS booked_to,
    string_agg(l.line_id, ', ' ORDER BY l.line_id) AS line_ids
  FROM book_member AS m JOIN book_line AS l ON l.book = m.book AND l.line_id = m.record_id
  WHERE m.side = 'line' GROUP BY m.book, m.match_id
),
posting AS (
  SELECT m.book, m.match_id, count(*) AS transactions, recon.exact_sum(p.amount) AS posted, min(p.currency) AS currency,
    min(p.customer_id) AS customer_id, min(p.posted_at) AS posted_from, max(p.posted_at) AS posted_to,
    string_agg(p.transaction_id, ', ' ORDER BY p.transaction_id) AS transaction_ids
  FROM book_member AS m JOIN book_posting AS p ON p.book = m.book AND p.transaction_id = m.record_id
  WHERE m.side = 'transaction' GROUP BY m.book, m.match_id
),
weighed AS (
  SELECT *, line_currency = currency AS is_one_currency, TRY(booked - posted) AS difference, recon.tolerance('BOOK_AMOUNT', currency, posted) AS tolerance,
    posted_from >= booked_from - recon.book_window() AND posted_to <= booked_to + recon.book_window() AS is_in_window
  FROM line JOIN posting USING (book, match_id)
)
SELECT *, CASE
    WHEN NOT is_one_currency THEN 'BOOK_CURRENCY'
    WHEN NOT recon.is_within(booked, posted, tolerance) THEN 'BOOK_AMOUNT'
    WHEN NOT is_in_window THEN 'BOOK_DATE'
    WHEN difference <> 0 THEN 'within tolerance'
    ELSE 'matched'
  END AS verdict
FROM weighed
