-- severity: medium
-- family: collections
-- definition: A payment was created after its checkout had expired.
-- finds: A payment created an hour after its checkout's expiresAt.
-- silent: A payment created before its checkout's expiresAt and completed after it.
-- action: Decide whether the sale still stands, or send the money back.
-- rests on: customer
-- accepts: created_at, expires_at
-- unproven when: The customer's checkouts were not read to their end, or the checkout's expiresAt cannot be read.
WITH beside AS (
  SELECT p.*, k.expires_at, coalesce(r.obstacle, k.obstacle) AS obstacle
  FROM recon.product_record AS p
  LEFT JOIN recon.checkout AS k ON k.checkout_id = p.checkout_id
  LEFT JOIN recon.reading AS r ON r.customer_id = p.customer_id AND r.stream = 'checkouts'
  WHERE p.stream = 'collection_payments' AND p.checkout_id IS NOT NULL
)
SELECT CASE WHEN created_at > expires_at THEN 'exception' ELSE 'unproven' END AS outcome, CASE WHEN expires_at IS NULL THEN obstacle END AS obstacle,
  stream, record_id, checkout_id AS counterpart_id, customer_id, currency, amount AS actual, created_at, expires_at,
  concat('Payment of ', recon.money(amount, currency), ' was created at ', recon.moment(created_at), ', but its checkout had expired at ', recon.moment(expires_at)) AS detail
FROM beside WHERE created_at > expires_at OR expires_at IS NULL AND obstacle IS NOT NULL
