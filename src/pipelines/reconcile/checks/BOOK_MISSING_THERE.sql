-- severity: critical
-- family: books
-- definition: A line of the partner's books has no posted transaction, although the customer's list was read to its end.
-- finds: The books have a deposit of EUR 80 for a customer, all of whose transactions were read, and none is it.
-- silent: The same line, where the customer's list of transactions broke off.
-- action: Ask the partner for the transaction, or correct the books.
-- settings: grace
-- rests on: customer
-- accepts: currency, actual
WITH missing AS (
  SELECT * FROM recon.book_line_verdict WHERE verdict IN ('BOOK_MISSING_THERE', 'unproven', 'in flight')
),
-- The transaction that a line names may be there and not be its match: say so.
named AS (
  SELECT l.book, l.line_id, min(t.transaction_id) AS transaction_id, arg_min(t.status, t.transaction_id) AS status,
    arg_min(t.is_posted, t.transaction_id) AS is_posted, arg_min(t.customer_id, t.transaction_id) AS customer_id
  FROM missing AS l JOIN recon.transaction AS t ON t.transaction_id = CASE l.refers_to WHEN 'transactionId' THEN l.reference END
  GROUP BY l.book, l.line_id
)
SELECT CASE l.verdict WHEN 'BOOK_MISSING_THERE' THEN 'exception' ELSE l.verdict END AS outcome, l.obstacle, 'books' AS stream, concat_ws('/', l.book, l.line_id) AS record_id,
  n.transaction_id AS counterpart_id, l.customer_id, l.currency, l.amount AS actual,
  concat('Booked on ', recon.book_day(l.booked_from, l.booked_to), ', and ', CASE
    WHEN NOT n.is_posted THEN concat('the transaction that it names is ', n.status)
    WHEN n.customer_id <> l.customer THEN concat('the transaction that it names belongs to customer ', n.customer_id)
    WHEN n.transaction_id IS NOT NULL THEN 'the transaction that it names is not this book''s, or another line''s'
    WHEN s.is_limited THEN 'no posted transaction within books.scope is it'
    ELSE 'no posted transaction is it' END) AS detail
FROM missing AS l
LEFT JOIN named AS n ON n.book = l.book AND n.line_id = l.line_id
LEFT JOIN recon.book_scope AS s ON s.book = l.book
