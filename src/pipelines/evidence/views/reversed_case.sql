-- about: Records whose sums agree and of which a transaction is called REVERSED that no later posting of the other direction takes back: each taking-back counts once, the oldest first.
-- stream: The record's list.
-- record_id: The record.
-- leg: The record's leg.
-- customer_id: The customer.
-- currency: The currency.
-- transaction_id: The first REVERSED transaction of them.
-- uncovered: The net amount that nothing takes back.
-- since: The newest of the REVERSED transactions.
WITH reversed AS (
  SELECT DISTINCT stream, record_id FROM recon.named_transaction WHERE stream IS NOT NULL AND class = 'undone'
),
entry AS (
  -- By what it did to the balance: a credit of a negative amount took money away.
  SELECT n.stream, n.record_id, n.leg, n.customer_id, n.currency, n.transaction_id, n.posted_at, way.way,
    n.class = 'undone' AND sign(n.moved) = way.way AS is_reversed,
    CASE WHEN sign(n.moved) = -way.way THEN -abs(n.moved) WHEN n.class = 'undone' THEN abs(n.moved) ELSE 0 END AS open
  FROM recon.named_transaction AS n
  SEMI JOIN reversed AS r ON r.stream = n.stream AND r.record_id = n.record_id
  CROSS JOIN (VALUES (1), (-1)) AS way(way)
  WHERE n.stream IS NOT NULL AND n.is_posted
),
-- What from an instant on must be taken back, less what from then on takes back; in two parts, so that it fits.
ahead AS (
  SELECT *, sum(CAST(trunc(open) AS HUGEINT)) OVER later AS units, sum(open - trunc(open)) OVER later AS fraction
  FROM entry
  WINDOW later AS (PARTITION BY stream, record_id, leg, customer_id, currency, way ORDER BY posted_at DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
left_open AS (SELECT * EXCLUDE (open), TRY(TRY_CAST(units AS DECIMAL(38,18)) + fraction) AS open FROM ahead)
SELECT stream, record_id, leg, customer_id, currency, arg_min(transaction_id, (posted_at, transaction_id)) FILTER (is_reversed) AS transaction_id,
  max(open) AS uncovered, max(posted_at) FILTER (is_reversed) AS since
FROM left_open
GROUP BY stream, record_id, leg, customer_id, currency, way
HAVING max(open) > 0
