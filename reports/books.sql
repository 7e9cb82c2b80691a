-- title: Your own books
-- about: Every line of your own books with the transactions that it is matched with, and every transaction of the book's period that has no line. Amounts are as they moved the customer's balance.
-- columns: book text, side text, record_id text, customer_id text, partner_customer_ref text, booked time, currency text,
--   amount money(currency), matched_with text, matched_amount money(currency), difference money(currency),
--   tolerance money(currency), rule text, lines integer, transactions integer, candidates integer, ties integer,
--   category text, code text, reference text, description text, match_id text, note text
-- order: book, booked, side, record_id

WITH judged AS (
  SELECT * FROM recon.book_judged WHERE run_id = getvariable('run')
),
other_side AS (
  SELECT book, match_id, side, string_agg(record_id, ' ' ORDER BY record_id) AS record_ids
  FROM judged WHERE match_id IS NOT NULL GROUP BY ALL
)
SELECT j.*, j.booked_from AS booked, c.partner_customer_ref, o.record_ids AS matched_with, l.reference, l.description
FROM judged AS j
LEFT JOIN other_side AS o ON o.book = j.book AND o.match_id = j.match_id AND o.side <> j.side
LEFT JOIN main.book_lines AS l ON j.side = 'line' AND l.book = j.book AND l.line_id = j.record_id
LEFT JOIN main.customers AS c ON c.customer_id = j.customer_id
WHERE j.side = 'line' OR j.match_id IS NULL
