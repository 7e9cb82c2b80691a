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
WITH absent AS (
  SELECT m.*
  FROM recon.missing_named AS m JOIN main.collection_payments AS p ON p.payment_id = m.record_id
  LEFT JOIN recon.first_night AS f ON f.customer_id = m.customer_id AND f.stream = m.stream
  WHERE m.stream = 'collection_payments'
    AND (m.owner IS NOT NULL OR NOT coalesce(p.first_seen_run <= f.run_id AND m.created_at < f.started_at - INTERVAL 90 DAY, FALSE))
),
nowhere AS (
  SELECT customer_id, count(*) AS absent FROM absent WHERE owner IS NULL AND obstacle IS NULL GROUP BY customer_id
),
-- Where so many are absent, the list is not what it should be. What was an exception before stays one.
gap AS (
  SELECT n.customer_id, any_value(n.absent) AS absent, count(*) AS payments
  FROM nowhere AS n JOIN recon.product_record AS p ON p.customer_id = n.customer_id
  WHERE p.stream = 'collection_payments' AND p.checkout_id IS NOT NULL AND p.class <> 'void'
  GROUP BY n.customer_id HAVING count(*) >= 20 AND any_value(n.absent) * 5 > count(*)
),
told AS (
  SELECT record_id FROM recon.exceptions WHERE code = 'COLL_CHECKOUT_MISSING'
)
SELECT recon.outcome(a.obstacle, a.created_at + recon.grace('COLL_CHECKOUT_MISSING') > a.read_from) AS outcome, a.obstacle,
  a.stream, a.record_id, a.named_id AS counterpart_id, a.customer_id,
  concat('Payment names checkout ', a.named_id, CASE WHEN a.owner IS NULL THEN concat(', which no list holds', recon.unread_elsewhere(a.named_stream))
    ELSE concat(', which belongs to customer ', a.owner) END) AS detail
FROM absent AS a
WHERE a.obstacle IS NOT NULL OR a.owner IS NOT NULL OR a.customer_id NOT IN (SELECT customer_id FROM gap) OR a.record_id IN (SELECT record_id FROM told)
UNION ALL BY NAME
SELECT 'unproven' AS outcome, concat(absent, ' of ', payments, ' payments name a checkout that is not on checkouts: the list seems to leave some out') AS obstacle,
  'collection_payments' AS stream, concat(customer_id, '/collection_payments') AS record_id, customer_id
FROM gap
