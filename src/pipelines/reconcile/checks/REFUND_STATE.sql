-- severity: critical
-- family: refunds
-- definition: A settled refund sent back a deposit that is void, whose money never came in.
-- finds: A refund that is COMPLETED, of a deposit that FAILED.
-- silent: A refund that FAILED or is still PENDING, of a deposit that FAILED.
-- action: Ask the partner to recover what was sent back: nothing had come in.
-- rests on: customer
-- accepts: currency, actual, of_status
-- unproven when: The customer's deposits were not read to their end, or the status of deposit or refund is outside the contract or cannot be read.
WITH judged AS (
  SELECT *, nullif(class, 'unknown') = 'settled' AND of_class = 'void' AS is_wrong,
    coalesce(obstacle, CASE class WHEN 'unknown' THEN concat('the status ', status, ' of refund ', record_id, ' is outside the contract') END) AS doubt
  FROM recon.refund_beside
)
SELECT CASE WHEN is_wrong THEN 'exception' ELSE 'unproven' END AS outcome, CASE WHEN is_wrong IS NULL THEN doubt END AS obstacle,
  stream, record_id, of_record AS counterpart_id, customer_id, currency, 0 AS expected, amount AS actual, of_status,
  concat('Refund ', status, ' of ', recon.money(amount, currency), ', but its ', of_noun, ' is ', coalesce(of_status, 'of a status that cannot be read')) AS detail
FROM judged WHERE is_wrong OR is_wrong IS NULL AND doubt IS NOT NULL
