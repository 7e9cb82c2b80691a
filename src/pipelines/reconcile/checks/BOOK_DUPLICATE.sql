-- severity: high
-- family: books
-- definition: A line is in the books twice: it says what another line says, or names a transaction that another line has.
-- finds: Two lines of EUR 100 of one day, customer and reference, and one transaction.
-- silent: Two lines of EUR 100 of one day without a reference, and two transactions: these are ambiguous.
-- action: Take the second line out of the books.
-- rests on: customer
-- accepts: currency, actual, counterpart_id
SELECT 'books' AS stream, concat_ws('/', book, line_id) AS record_id, concat_ws('/', book, coalesce(of_line, first_line)) AS counterpart_id, customer_id, currency,
  amount AS actual, concat('Booked on ', recon.book_day(booked_from, booked_to), ' again after line ', coalesce(of_line, first_line)) AS detail
FROM recon.book_line_verdict WHERE verdict = 'BOOK_DUPLICATE'
