-- severity: low
-- family: books
-- definition: A line and the transaction that it refers to lie further apart in time than the window allows.
-- finds: A line of the 20th names a transaction that was posted on the 5th.
-- silent: A line of the 7th that names it, where the window is 72 hours.
-- action: Correct the date, or widen books.dateWindowHours.
-- rests on: customer
-- accepts: counterpart_id
SELECT 'books' AS stream, concat_ws('/', book, line_id) AS record_id, transaction_ids AS counterpart_id, posting_customer AS customer_id, currency,
  posted AS expected, booked AS actual, tolerance,
  concat('Booked on ', recon.book_day(booked_from, booked_to), ', and posted at ', recon.moment(posted_from)) AS detail
FROM recon.book_line_verdict WHERE verdict = 'BOOK_DATE'
QUALIFY row_number() OVER (PARTITION BY book, match_id ORDER BY line_id) = 1
