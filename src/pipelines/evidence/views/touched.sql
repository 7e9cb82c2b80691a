-- about: Legs whose money a refused transaction could change, because it may be posted: one that names the record, or one whose resourceId cannot be read and which its type and currency allow.
-- kind: table
-- resource_type: How transactions name the record's kind.
-- record_id: The record.
-- leg: The record's leg, as in recon.movement.
-- obstacle: What stands in the way, in a sentence.
WITH refused AS (
  -- One that moved nothing, whatever else it says, changes nothing.
  SELECT customer_id, readable, name, recon.currency_name(readable['currency']) AS currency, recon.text_if_readable(readable, 'type') AS type,
    -- Of which kind its record is: NULL where it may be of any.
    CASE recon.text_if_readable(readable, 'resource_type') WHEN '' THEN recon.kind_of_type(readable['type']) ELSE readable['resource_type'] END AS kind
  FROM recon.refused
  WHERE stream = 'transactions' AND recon.may_be_settled(stream, readable)
    AND coalesce(TRY_CAST(readable['net_amount'] AS DECIMAL(38,18)), 1) <> 0
),
naming AS (
  SELECT readable['resource_id'] AS record_id, * FROM refused WHERE readable['resource_id'] IS NOT NULL
),
-- Many may say the same, so each kind of them is asked once.
nameless AS (
  SELECT customer_id, kind, type, currency, min(name) AS name
  FROM refused WHERE NOT recon.can_read(readable, 'resource_id')
  GROUP BY ALL
),
named_leg AS (
  SELECT m.resource_type, m.record_id, m.leg, m.currency = n.currency AS is_here, n.name
  FROM recon.movement AS m JOIN naming AS n ON n.record_id = m.record_id
  WHERE recon.may_equal(n.kind, m.resource_type)
),
touching AS (
  -- In the currency of one of the record's legs it is that leg's; in any other it may be any leg's.
  SELECT resource_type, record_id, leg, name FROM named_leg
  QUALIFY coalesce(is_here, TRUE) OR NOT bool_or(is_here) OVER (PARTITION BY resource_type, record_id, name)
  UNION ALL
  SELECT m.resource_type, m.record_id, m.leg, n.name
  FROM recon.movement AS m JOIN nameless AS n ON n.customer_id = m.customer_id
  WHERE recon.may_equal(n.kind, m.resource_type) AND recon.may_equal(n.currency, m.currency)
    AND coalesce(n.type IN ('FEE', 'ADJUSTMENT', upper(m.resource_type)), TRUE)
)
SELECT resource_type, record_id, leg, min(name) AS obstacle FROM touching GROUP BY resource_type, record_id, leg
