-- about: Where it cannot be said what was refunded: a customer's list of refunds that was not read, or a refund that cannot be read.
-- stream: The list of the records that are refunded.
-- customer_id: The customer.
-- record_id: The record that the refund names; NULL where it may be any of the customer's.
-- obstacle: What stands in the way, in a sentence.
WITH listed AS (
  SELECT p.stream, p.refunds_stream, p.refunds_column, r.customer_id, r.obstacle
  FROM recon.product AS p JOIN recon.reading AS r ON r.stream = p.refunds_stream
),
doubt AS (
  SELECT stream, customer_id, NULL AS record_id, obstacle FROM listed WHERE obstacle IS NOT NULL
  UNION ALL
  SELECT l.stream, l.customer_id, CASE WHEN recon.can_read(f.readable, l.refunds_column) THEN coalesce(f.readable[l.refunds_column], '') END, f.name
  FROM listed AS l JOIN recon.refused AS f ON f.stream = l.refunds_stream AND f.customer_id = l.customer_id
  WHERE recon.may_be_settled(l.refunds_stream, f.readable)
)
SELECT stream, customer_id, record_id, min(obstacle) AS obstacle FROM doubt GROUP BY stream, customer_id, record_id
