-- about: Whose each line of the partner's books is. It is looked up whenever it is asked, so that a later roster settles what an earlier one did not know.
-- book: The book.
-- line_id: The line.
-- named: What the line names its customer by: the API's id, or the partner's reference; NULL where it names none.
-- customer_id: The customer; NULL where the line names none, or by a reference that is not one customer's.
-- standing: known, unknown (no roster had such a customer, or several have that reference), or none (the line may be anybody's).
SELECT l.book, l.line_id, coalesce(l.customer_id, l.partner_customer_ref) AS named, coalesce(l.customer_id, r.customer_id) AS customer_id,
  CASE
    WHEN l.customer_id IS NULL AND l.partner_customer_ref IS NULL THEN 'none'
    WHEN r.customer_id IS NOT NULL OR c.customer_id IS NOT NULL THEN 'known'
    ELSE 'unknown'
  END AS standing
FROM main.book_lines AS l
LEFT JOIN recon.customer_reference AS r ON r.partner_customer_ref = CASE WHEN l.customer_id IS NULL THEN l.partner_customer_ref END
LEFT JOIN main.customers AS c ON c.customer_id = l.customer_id
