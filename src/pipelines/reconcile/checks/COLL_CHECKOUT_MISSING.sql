-- severity: high
-- family: collections
-- definition: A payment past its grace names a checkout that was never on a list, or that belongs to another customer.
-- finds: A settled payment of 40.00 whose checkoutId is on no list of checkouts, although the customer's was read to its end.
-- silent: A payment that FAILED, one that names no checkout, one whose checkout is there and CLOSED, or was there once, or one that is half an hour old; on a customer's first night one that is older than 90 days.
-- action: Ask the partner for which sale the payment was made, before goods leave or the money is sent back.
-- settings: grace
-- rests on: run
-- accepts: counterpart_id
-- unproven when: The customer's checkouts were not read to their end, or a checkout that cannot be read is the one, or could be; or more than a fifth of at least 20 payments name absent ones, so that the list may leave some out.
SELECT recon.outcome(a.obstacle, a.created_at + recon.grace('COLL_CHECKOUT_MISSING') > a.read_from) AS outcome, a.obstacle,
  a.stream, a.record_id, a.named_id AS counterpart_id, a.customer_id, concat('Payment names checkout ', a.named_id, ', which no list holds', recon.unread_elsewhere(a.named_stream)) AS detail
FROM recon.absent_named AS a
WHERE a.named_stream = 'checkouts'
  -- Where so many are absent, the list is not what it should be. What was an exception before stays one.
  AND (a.gap IS NULL OR a.record_id IN (SELECT record_id FROM recon.exceptions WHERE code = 'COLL_CHECKOUT_MISSING'))
UNION ALL BY NAME
SELECT DISTINCT 'unproven' AS outcome, gap AS obstacle, stream, concat_ws('/', customer_id, stream) AS record_id, customer_id
FROM recon.absent_named WHERE named_stream = 'checkouts' AND gap IS NOT NULL
UNION ALL BY NAME
SELECT recon.outcome(m.obstacle, m.created_at + recon.grace('COLL_CHECKOUT_MISSING') > m.read_from) AS outcome, m.obstacle,
  m.stream, m.record_id, m.named_id AS counterpart_id, m.customer_id, concat('Payment names checkout ', m.named_id, ', which belongs to customer ', m.owner) AS detail
FROM recon.missing_named AS m WHERE m.named_stream = 'checkouts' AND m.owner IS NOT NULL
