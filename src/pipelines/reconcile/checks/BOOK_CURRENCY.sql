-- severity: critical
-- family: books
-- definition: A line and the transaction that it refers to are in different currencies.
-- finds: A line of USD 100 names a transaction of EUR 100.
-- silent: The line of EUR 100 and the line of USD 110 that name the two legs of one conversion.
-- action: Correct the line's currency, or ask the partner.
-- rests on: customer
-- accepts: currency, actual, posting_currency, counterpart_id
SELECT 'books' AS stream, concat_ws('/', book, line_id) AS record_id, transaction_ids AS counterpart_id, posting_customer AS customer_id, currency,
  amount AS actual, posting_currency,
  concat('The line says ', recon.money(amount, currency), ', its transaction ', recon.money(posted, posting_currency)) AS detail
FROM recon.book_line_verdict WHERE verdict = 'BOOK_CURRENCY'
QUALIFY row_number() OVER (PARTITION BY book, match_id ORDER BY line_id) = 1
