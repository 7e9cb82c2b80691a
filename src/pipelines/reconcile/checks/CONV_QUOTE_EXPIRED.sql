-- severity: high
-- family: conversions
-- definition: A conversion was created after its quote had expired.
-- finds: A conversion created at 12:15 on a quote that had expired at 12:10.
-- silent: A conversion created at 12:09 and completed at 12:15.
-- action: Ask the partner whether the rate still holds.
-- rests on: customer
-- accepts: created_at, expires_at
-- unproven when: The customer's quotes were not read to their end, or the quote's expiresAt cannot be read.
SELECT CASE WHEN created_at > expires_at THEN 'exception' ELSE 'unproven' END AS outcome, CASE WHEN expires_at IS NULL THEN obstacle END AS obstacle,
  'conversions' AS stream, conversion_id AS record_id, quote_id AS counterpart_id, customer_id, created_at, expires_at,
  concat('Conversion was created at ', recon.moment(created_at), ', but its quote had expired at ', recon.moment(expires_at)) AS detail
FROM recon.quoted_conversion
WHERE created_at > expires_at OR expires_at IS NULL AND obstacle IS NOT NULL
