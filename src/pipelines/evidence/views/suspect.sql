-- about: Records whose money must be looked at: in one pass over both sides, those whose sums do not agree by customer and currency, and those of which more must be known.
-- kind: table
-- resource_type: How transactions name the record's kind.
-- record_id: The record; a transaction may name one that does not exist.
WITH entry AS (
  -- Marks: 1 a record's own row; 2 look at it in any case; 4 not settled; 8 posted.
  SELECT m.resource_type, m.record_id, m.customer_id, m.currency, m.network,
    CASE WHEN m.class = 'settled' AND abs(m.net_amount) < recon.enormous() THEN -m.signed_net ELSE 0 END AS moved,
    CASE WHEN m.class = 'settled' AND abs(m.fee) < recon.enormous() THEN -m.fee ELSE 0 END AS fee,
    1 + CASE WHEN m.class = 'unknown' OR m.is_by_direction OR r.state IS NULL OR (abs(m.net_amount) < recon.enormous()) IS NOT TRUE THEN 2 ELSE 0 END
      + CASE WHEN m.class <> 'settled' THEN 4 ELSE 0 END AS marks
  FROM recon.movement AS m
  LEFT JOIN recon.coverage AS r ON r.run_id = recon.run() AND r.customer_id = m.customer_id AND r.stream = 'transactions' AND r.state = 'COMPLETE'
  UNION ALL
  SELECT t.resource_type, t.resource_id, t.customer_id, t.currency, t.network,
    CASE WHEN abs(t.net_amount) < recon.enormous() THEN t.moved ELSE 0 END,
    CASE WHEN NOT t.is_posted OR abs(t.net_amount) >= recon.enormous() THEN 0 WHEN t.type = 'FEE' THEN -t.moved ELSE t.fee END,
    CASE WHEN t.class IN ('undone', 'unknown') OR abs(t.net_amount) >= recon.enormous() OR t.type <> upper(t.resource_type) AND t.type NOT IN ('FEE', 'ADJUSTMENT') THEN 2 ELSE 0 END
      + CASE WHEN t.is_posted THEN 8 ELSE 0 END
  FROM recon.transaction AS t WHERE t.names_record
),
looked_at AS (
  SELECT resource_type, record_id FROM entry
  GROUP BY resource_type, record_id, customer_id, currency
  HAVING sum(moved) <> 0 OR sum(fee) <> 0 OR bit_or(marks) & 2 <> 0 OR bit_or(marks) & 1 = 0 OR bit_or(marks) & 12 = 12
    OR min(network) <> max(network)
)
SELECT DISTINCT resource_type, record_id
FROM (SELECT * FROM looked_at UNION ALL SELECT resource_type, record_id FROM recon.touched)
