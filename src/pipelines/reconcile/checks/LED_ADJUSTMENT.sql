-- severity: high
-- family: ledger
-- definition: Money moved that no record explains: a posted transaction that names no record and is no fee, until a person accepts it.
-- finds: An ADJUSTMENT of 1,000.00 with the reference "misc".
-- silent: An ADJUSTMENT that was REVERSED, and its equal opposite; one that names a record, whose money it is part of.
-- action: Ask the partner what it is, and accept it with its reason (exceptions write-off) where it is right.
-- settings: tolerance
-- rests on: customer
-- accepts: currency, actual
WITH unexplained AS (
  SELECT t.*, row_number() OVER (
    PARTITION BY t.customer_id, t.currency, t.net_amount, t.direction, t.class ORDER BY t.posted_at, t.transaction_id
  ) AS place
  FROM recon.transaction AS t WHERE t.is_posted AND t.resource_id IS NULL AND t.type <> 'FEE'
),
offset_pair AS (
  SELECT gone.transaction_id AS reversed_id, back.transaction_id AS reversal_id
  FROM unexplained AS gone JOIN unexplained AS back
    ON back.customer_id = gone.customer_id AND back.currency = gone.currency AND back.net_amount = gone.net_amount
    AND back.place = gone.place AND back.direction <> gone.direction
  WHERE gone.class = 'undone' AND back.class = 'settled'
)
SELECT 'transactions' AS stream, transaction_id AS record_id, customer_id, currency, moved AS actual, 0 AS expected, abs(moved) AS at_stake,
  recon.tolerance('LED_ADJUSTMENT', currency, 0) AS tolerance,
  concat(type, ' of ', recon.money(moved, currency), ' posted at ', recon.moment(posted_at), coalesce(' with the reference ' || nullif(reference, ''), ''), ', and no record explains it') AS detail
FROM unexplained
WHERE transaction_id NOT IN (SELECT reversed_id FROM offset_pair UNION ALL SELECT reversal_id FROM offset_pair)
  AND abs(moved) > recon.tolerance('LED_ADJUSTMENT', currency, 0)
