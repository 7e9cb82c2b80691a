-- severity: high
-- family: books
-- definition: Two bank statements of an account do not follow one another, so a statement, or a page of one, is missing between them.
-- finds: The statement of the 5th closes with EUR 110, and the next one, of the 9th, opens with EUR 130.
-- silent: The same two, once the statement of the 6th is imported that opens with 110 and closes with 130.
-- action: Import the statement that is missing, or ask the bank for it.
-- rests on: roster
-- accepts: expected, actual, detail
SELECT 'books' AS stream, record_id, currency, expected, actual, detail, CASE WHEN NOT is_proven THEN 'medium' END AS severity
FROM recon.book_statement_gap
