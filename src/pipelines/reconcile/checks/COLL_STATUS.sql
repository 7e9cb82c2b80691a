-- severity: high
-- family: collections
-- definition: A checkout's status and its paidAmount disagree: OPEN, PARTIALLY_PAID or EXPIRED although all is paid, PARTIALLY_PAID although nothing is, or PAID although not all is.
-- finds: A checkout that is PAID with 60 of 100, or still OPEN with 100 of 100.
-- silent: A checkout that is PAID with 100 or more of 100, or EXPIRED with 60 of 100.
-- action: Hold the goods, and ask the partner which of the two is right.
-- settings: grace, tolerance
-- rests on: customer
-- accepts: status, currency, expected, actual
WITH judged AS (
  SELECT k.*, recon.tolerance('COLL_STATUS', k.currency, k.amount) AS tolerance, coalesce(r.began_at, recon.started_at()) AS read_from
  FROM recon.checkout AS k LEFT JOIN recon.reading AS r ON r.customer_id = k.customer_id AND r.stream = 'checkouts'
  WHERE k.obstacle IS NULL
)
SELECT recon.outcome(NULL, updated_at + recon.grace('COLL_STATUS') > read_from) AS outcome,
  'checkouts' AS stream, checkout_id AS record_id, customer_id, currency, amount AS expected, paid_amount AS actual, tolerance, status,
  concat('Checkout is ', status, ', but ', recon.money(paid_amount, currency), ' of ', recon.money(amount, currency), ' is paid') AS detail
FROM judged
WHERE CASE status
  WHEN 'PAID' THEN paid_amount + tolerance < amount
  WHEN 'PARTIALLY_PAID' THEN paid_amount <= 0 OR paid_amount >= amount
  WHEN 'OPEN' THEN paid_amount >= amount
  WHEN 'EXPIRED' THEN paid_amount >= amount
  ELSE FALSE END
