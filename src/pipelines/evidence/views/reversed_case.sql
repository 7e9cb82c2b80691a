-- about: Records whose sums agree and of which a transaction is called REVERSED that no later posting of the other direction takes back: each taking-back counts once, the oldest first.
-- stream: The record's list.
-- record_id: The record.
-- leg: The record's leg.
-- customer_id: The customer.
-- currency: The currency.
-- transaction_id: The first REVERSED transaction of them.
-- uncovered: The net amount that nothing takes back.
-- since: The newest of the REVERSED transactions.
WITH reversed AS (SELECT DISTINCT stream, record_id FROM recon.named_transaction WHERE class = 'undone'),
entry AS (
  SELECT n.stream, n.record_id, n.leg, n.customer_id, n.currency, n.transaction_id, n.class, n.posted_at, n.net_amount, way.way,
    CASE WHEN n.class = 'undone' AND n.direction = way.way THEN n.net_amount ELSE 0 END AS need,
    CASE WHEN n.direction <> way.way THEN n.net_amount ELSE 0 END AS supply
  FROM recon.named_transaction AS n SEMI JOIN reversed AS r ON r.stream = n.stream AND r.record_id = n.record_id
  CROSS JOIN (VALUES ('CREDIT'), ('DEBIT')) AS way(way)
  WHERE n.stream IS NOT NULL AND n.is_posted
),
-- What from an instant on must be taken back, and what from then on takes back.
ahead AS (
  SELECT *, sum(need) OVER later AS needed, sum(supply) OVER later AS supplied
  FROM entry
  WINDOW later AS (PARTITION BY stream, record_id, leg, customer_id, currency, way ORDER BY posted_at DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT stream, record_id, leg, customer_id, currency, arg_min(transaction_id, posted_at) FILTER (need > 0) AS transaction_id,
  max(needed - supplied) AS uncovered, max(posted_at) FILTER (need > 0) AS since
FROM ahead
GROUP BY stream, record_id, leg, customer_id, currency, way
HAVING max(needed - supplied) > 0
