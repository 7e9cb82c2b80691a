-- about: Where it cannot be said what was refunded: a customer's list of refunds that was not read, or a refund that cannot be read.
-- stream: The list of the records that are refunded.
-- customer_id: The customer.
-- record_id: The record that the refund names; NULL where it may be any of the customer's.
-- currency: The refund's currency; NULL where it may be any.
-- obstacle: What stands in the way, in a sentence.
WITH listed AS (
  SELECT p.stream, p.refunds_stream, p.refunds_column, r.customer_id, r.obstacle
  FROM recon.product AS p JOIN recon.reading AS r ON r.stream = p.refunds_stream
),
doubt AS (
  SELECT stream, customer_id, NULL AS record_id, NULL AS currency, obstacle FROM listed WHERE obstacle IS NOT NULL
  UNION ALL
  SELECT l.stream, l.customer_id, CASE WHEN recon.can_read(f.readable, l.refunds_column) THEN coalesce(f.readable[l.refunds_column], '') END,
    recon.currency_name(f.readable['currency']), f.name
  FROM listed AS l JOIN recon.refused AS f ON f.stream = l.refunds_stream AND f.customer_id = l.customer_id
  -- One that is void or undone took nothing back, whatever else it says; an open one may be about to.
  LEFT JOIN recon.statuses AS s ON s.stream = l.refunds_stream AND s.status = f.readable['status']
  WHERE coalesce(s.class NOT IN ('void', 'undone'), TRUE)
)
SELECT stream, customer_id, record_id, currency, min(obstacle) AS obstacle FROM doubt GROUP BY stream, customer_id, record_id, currency
