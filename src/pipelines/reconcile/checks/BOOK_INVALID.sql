-- severity: high
-- family: books
-- definition: A line of the partner's books cannot be read; it is in quarantine with its payload.
-- finds: A line whose amount is written "1.234,5x".
-- silent: The same line, once a later import has brought it readable.
-- action: Correct the line, or the map that it is read by.
-- rests on: customer
-- accepts: detail
WITH refused AS (
  SELECT q.*, concat_ws('/', q.book, coalesce(q.line_id, concat('line ', q.source_line, ' of ', i.file))) AS record_id, concat(i.file, ', line ', q.source_line, ': ', q.reason) AS what
  FROM raw.book_quarantine AS q JOIN recon.book_imports AS i ON i.import_id = q.import_id
  WHERE q.in_force
)
SELECT 'books' AS stream, r.record_id,
  min(coalesce(r.customer_id, c.customer_id)) AS customer_id, min(r.currency) AS currency,
  string_agg(DISTINCT r.what, '; ' ORDER BY r.what) AS detail
FROM refused AS r LEFT JOIN main.customers AS c ON c.partner_customer_ref = r.partner_customer_ref
GROUP BY r.record_id
