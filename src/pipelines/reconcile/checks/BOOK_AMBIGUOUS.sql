-- severity: medium
-- family: books
-- definition: A line has several counterparts with equal claims, or (high) a sum could not be searched within its bound; nothing is guessed.
-- finds: A line of EUR 10 without a reference, and two transactions of EUR 10 of the same customer and day.
-- silent: The same, where one of the two was posted on the line's day and the other on the day after.
-- action: Give the line a reference, or accept that either may be it.
-- rests on: customer
-- accepts: currency, expected, actual
SELECT 'books' AS stream, concat_ws('/', book, line_id) AS record_id, customer_id, currency, amount AS actual,
  CASE WHEN bound_note IS NOT NULL THEN 'high' END AS severity,
  coalesce(bound_note, concat('Booked on ', recon.book_day(booked_from, booked_to), '; by the rule ', rule, CASE
    WHEN ties > 1 THEN concat(' it has ', ties, ' counterparts with equal claims')
    ELSE ' another line has an equal claim to its counterpart' END)) AS detail
FROM recon.book_line_verdict WHERE verdict = 'BOOK_AMBIGUOUS'
UNION ALL BY NAME
SELECT 'books' AS stream, concat_ws('/', book, transaction_id) AS record_id, transaction_id AS counterpart_id, customer_id, currency,
  amount AS expected, 'high' AS severity, concat('A transaction without a line: ', bound_note) AS detail
FROM recon.book_posting_verdict WHERE verdict = 'BOOK_AMBIGUOUS' AND bound_note IS NOT NULL
