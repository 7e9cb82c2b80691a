-- severity: high
-- family: coverage
-- definition: The API does not know a customer on the roster.
-- finds: A customer of the roster whose id was mistyped.
-- silent: A customer who is known and has no record at all.
-- action: Correct the roster, or ask the partner what became of the customer.
-- rests on: customer
-- accepts: record_id
SELECT customer_id AS record_id, customer_id,
  concat('the API does not know this customer (', count(*), CASE count(*) WHEN 1 THEN ' list' ELSE ' lists' END, ')') AS detail
FROM recon.coverage
WHERE run_id = recon.run() AND problem_code = 'PARTNER_CUSTOMER_NOT_FOUND'
GROUP BY customer_id
