-- severity: high
-- family: books
-- definition: A posted transaction within the book's period is not in the partner's books.
-- finds: A withdrawal of EUR 250 was posted on the 5th; the books go from the 1st to the 31st and do not have it.
-- silent: A transaction posted after the book's last day, or less than the grace before its end.
-- action: Book it, or ask the partner what it is.
-- settings: grace
-- rests on: customer
-- accepts: currency, expected
SELECT CASE verdict WHEN 'BOOK_MISSING_HERE' THEN 'exception' ELSE verdict END AS outcome, obstacle, 'books' AS stream, concat_ws('/', book, transaction_id) AS record_id,
  transaction_id AS counterpart_id, customer_id, currency, amount AS expected,
  concat('Posted at ', recon.moment(posted_at), ' as ', type, ', and no line of ', book, ' is it') AS detail
FROM recon.book_posting_verdict WHERE verdict IN ('BOOK_MISSING_HERE', 'unproven', 'in flight')
UNION ALL BY NAME
SELECT 'unproven' AS outcome, concat('customer ', customer_id, ' of books.scope is not on the roster') AS obstacle, 'books' AS stream,
  concat_ws('/', book, customer_id) AS record_id, customer_id, concat('Nothing of customer ', customer_id, ' can be missing in ', book) AS detail
FROM recon.book_stranger
