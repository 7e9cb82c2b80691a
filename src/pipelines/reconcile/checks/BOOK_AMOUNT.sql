-- severity: high
-- family: books
-- definition: A line and the transaction that it refers to differ in amount beyond tolerance.
-- finds: A line names transaction t-1 and says 100.00, and t-1 moved 99.00.
-- silent: Two lines of 60.00 and 40.00 that both name a transaction of 100.00.
-- action: Correct the line, or ask the partner which amount is right.
-- settings: tolerance
-- rests on: customer
-- accepts: currency, difference, counterpart_id
SELECT 'books' AS stream, concat_ws('/', book, line_id) AS record_id, transaction_ids AS counterpart_id, posting_customer AS customer_id, currency,
  posted AS expected, booked AS actual, tolerance,
  concat(CASE WHEN lines > 1 THEN concat('The lines ', line_ids, ' say ') ELSE 'The line says ' END, recon.money(booked, currency), ', ',
    CASE WHEN transactions > 1 THEN concat('its ', transactions, ' transactions ') ELSE 'its transaction ' END, recon.money(posted, currency)) AS detail
FROM recon.book_line_verdict WHERE verdict = 'BOOK_AMOUNT'
-- Of a match with several lines the first stands for all; its difference is the whole match's.
QUALIFY row_number() OVER (PARTITION BY book, match_id ORDER BY line_id) = 1
