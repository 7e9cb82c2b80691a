-- severity: high
-- family: coverage
-- definition: A customer was read before and is on tonight's roster no longer, until a person retires the customer.
-- finds: A line of the roster that was lost, so that nobody looks at the customer's money any more.
-- silent: A customer who was retired (customers retire), or whom no run ever read.
-- action: Put the customer back on the roster, or retire it where it has left. Its exceptions stay listed until then and after.
-- rests on: roster
-- accepts: record_id
WITH dropped AS (
  SELECT c.customer_id, c.partner_customer_ref, c.last_seen_run FROM main.customers AS c
  ANTI JOIN recon.reading AS r ON r.customer_id = c.customer_id
  ANTI JOIN main.retirements AS t ON t.customer_id = c.customer_id AND t.last_seen_run = c.last_seen_run
  WHERE c.last_seen_run < recon.run()
)
SELECT d.customer_id AS record_id, d.customer_id,
  concat('customer ', d.partner_customer_ref, ' is on the roster no longer, and was not read since run ', d.last_seen_run) AS detail
FROM dropped AS d
SEMI JOIN (SELECT customer_id FROM recon.coverage WHERE state = 'COMPLETE') AS c ON c.customer_id = d.customer_id
