-- severity: critical
-- family: ledger
-- definition: A transaction names a record that does not exist.
-- finds: A transaction that names fiat_deposit d-7, and the customer's fiat deposits hold none of that id.
-- silent: A fee, which names no record by right; or a deposit that cannot be read, and so exists.
-- action: Ask the partner what it is for: no record explains it, and once it is posted it moves a balance.
-- settings: grace
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
WITH orphan AS (
  SELECT n.*, p.stream AS list, r.is_proven, r.obstacle AS unread, coalesce(t.began_at, recon.started_at()) AS read_from
  FROM recon.named_transaction AS n
  LEFT JOIN recon.product AS p ON p.resource_type = n.resource_type
  LEFT JOIN recon.reading AS r ON r.customer_id = n.customer_id AND r.stream = p.stream
  LEFT JOIN recon.reading AS t ON t.customer_id = n.customer_id AND t.stream = 'transactions'
  -- One whose record is known of another customer, whose list was not read tonight, stays told there.
  ANTI JOIN (
    SELECT e.stream, e.record_id FROM recon.exceptions AS e
    JOIN recon.reading AS u ON u.customer_id = e.customer_id AND u.stream = e.stream AND u.obstacle IS NOT NULL
    WHERE e.code = 'LED_OWNER_MISMATCH' AND e.state <> 'resolved'
  ) AS s ON s.stream = p.stream AND s.record_id = n.record_id
  WHERE n.stream IS NULL
),
-- A record that cannot be read exists.
refused AS (
  SELECT stream, record_id, min(name) AS name FROM recon.refused WHERE record_id IS NOT NULL GROUP BY stream, record_id
),
nameless AS (
  SELECT stream, customer_id, min(name) AS name FROM recon.refused WHERE record_id IS NULL GROUP BY stream, customer_id
),
weighed AS (
  SELECT o.*, coalesce(
      CASE WHEN o.list IS NULL THEN if(o.resource_type = 'none', 'it does not say on which list its record is', concat('the contract has no list of ', o.resource_type)) END,
      o.unread, CASE WHEN o.is_proven IS NOT TRUE THEN concat(o.list, ' of the customer were not read') END, f.name, l.name) AS obstacle
  FROM orphan AS o
  LEFT JOIN refused AS f ON f.stream = o.list AND f.record_id = o.record_id
  LEFT JOIN nameless AS l ON l.stream = o.list AND l.customer_id = o.customer_id
)
SELECT recon.outcome(obstacle, CASE WHEN is_posted THEN posted_at ELSE created_at END + recon.grace('LED_MISSING_PRODUCT') > read_from) AS outcome, obstacle,
  'transactions' AS stream, transaction_id AS record_id, record_id AS counterpart_id, customer_id, currency, net_amount AS actual, net_amount AS at_stake,
  concat_ws(' ', customer_id, currency, network, recon.plain(moved)) AS state_of_affairs,
  concat(status, ' transaction names ', nullif(resource_type, 'none') || ' ', record_id, ', which no list holds', recon.unread_elsewhere(list)) AS detail
FROM weighed
