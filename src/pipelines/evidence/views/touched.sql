-- about: Records whose money a refused transaction could change: one that names the record, or one whose resourceId cannot be read and which may be of the record's kind, direction and currency.
-- kind: table
-- resource_type: How transactions name the record's kind.
-- record_id: The record.
-- obstacle: What stands in the way, in a sentence.
WITH refused AS (
  -- One that moved nothing, whatever else it says, changes nothing.
  SELECT * FROM recon.refused
  WHERE stream = 'transactions' AND coalesce(TRY_CAST(readable['net_amount'] AS DECIMAL(38,18)), 1) <> 0
),
naming AS (
  SELECT readable['resource_id'] AS record_id, readable, name FROM refused WHERE readable['resource_id'] IS NOT NULL
),
-- Many may say the same, so each kind of them is asked once. NULL: cannot be read. '': says none.
nameless AS (
  SELECT customer_id, recon.text_if_readable(readable, 'resource_type') AS resource_type,
    recon.text_if_readable(readable, 'direction') AS direction, recon.currency_name(recon.text_if_readable(readable, 'currency')) AS currency,
    min(name) AS name
  FROM refused WHERE NOT recon.can_read(readable, 'resource_id')
  GROUP BY ALL
),
touching AS (
  SELECT m.resource_type, m.record_id, n.name
  FROM recon.movement AS m JOIN naming AS n ON n.record_id = m.record_id
  WHERE coalesce(n.readable['resource_type'], m.resource_type) = m.resource_type
  UNION ALL
  SELECT m.resource_type, m.record_id, n.name
  FROM recon.movement AS m JOIN nameless AS n ON n.customer_id = m.customer_id
  WHERE coalesce(n.resource_type = m.resource_type, TRUE) AND coalesce(n.currency = m.currency, TRUE)
    -- One the other way could take back what was posted.
    AND (m.class <> 'settled' OR coalesce(n.direction = m.direction, TRUE) OR m.net_amount <> 0)
)
SELECT resource_type, record_id, min(name) AS obstacle FROM touching GROUP BY resource_type, record_id
