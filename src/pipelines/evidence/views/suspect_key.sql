-- about: Which records' money must be looked at, as numbers of them. Two passes over both sides clear those of which each leg has one posted transaction that says the same, and those that are not settled and have none: first among some ten records together, then of those that do not agree together, each alone. What they clear is confirmed by the exact sums of each currency.
-- kind: table
-- key: A hash of the record's kind and its id.
WITH entry AS MATERIALIZED (
  -- Marks: 1 a record's own row; 2 look at it in any case; 4 not settled; 8 posted. A record's rows and its transactions' are
  -- numbers here, and meet by hashes: texts cost three times as much; with the sign, because nothing and the least amount below
  -- it have one hash; hashed again, because what several columns make is the sum of the last one's hash and the others', and
  -- where two records' last ones were exchanged the sums would agree.
  SELECT hash(m.resource_type, m.record_id) AS key, TRUE AS is_own,
    hash(hash(hash(m.resource_type, m.record_id), m.customer_id, m.currency, m.class = 'settled' AND m.signed_net < 0, CASE WHEN m.class = 'settled' THEN m.signed_net ELSE 0 END,
      CASE WHEN m.leg = 'FEE' THEN 0 ELSE m.fee END)) AS says,
    CASE WHEN m.network IS NOT NULL THEN hash(m.network) END AS network,
    (1 + CASE WHEN m.class = 'unknown' OR m.is_by_direction OR r.state IS NULL OR m.net_amount IS NULL THEN 2 ELSE 0 END
      + CASE WHEN m.class <> 'settled' THEN 4 ELSE 0 END)::UTINYINT AS marks
  FROM recon.movement AS m
  LEFT JOIN recon.coverage AS r ON r.run_id = recon.run() AND r.customer_id = m.customer_id AND r.stream = 'transactions' AND r.state = 'COMPLETE'
  UNION ALL
  SELECT hash(t.resource_type, t.resource_id), FALSE, hash(hash(hash(t.resource_type, t.resource_id), t.customer_id, t.currency, t.moved < 0, t.moved, t.fee)),
    CASE WHEN t.network IS NOT NULL THEN hash(t.network) END,
    (CASE WHEN t.class IN ('undone', 'unknown') OR t.type <> upper(t.resource_type) THEN 2 ELSE 0 END + CASE WHEN t.is_posted THEN 8 ELSE 0 END)::UTINYINT
  FROM recon.transaction AS t WHERE t.names_record
),
-- Some ten records together, at a million; their groups fit into the processor's cache, a million groups do not.
disagreeing AS (
  SELECT key >> 48 AS place FROM entry GROUP BY ALL
  HAVING bool_or(marks NOT IN (1, 5, 8))
    OR count(CASE WHEN marks = 1 THEN 1 END) <> count(CASE WHEN marks = 8 THEN 1 END)
    OR bit_xor(CASE WHEN marks <> 5 THEN says END) <> 0
    OR count(CASE WHEN marks = 1 THEN network END) > 0 AND count(CASE WHEN marks = 8 THEN network END) > 0
      AND bit_xor(CASE WHEN marks <> 5 AND network IS NOT NULL THEN hash(xor(says, network)) END) <> 0
),
met AS (
  SELECT key, count(*) = 2 * count(CASE WHEN is_own THEN 1 END) AS is_paired, bit_xor(says) AS disagreement, bit_or(marks) AS marks,
    min(network) IS DISTINCT FROM max(network) AS has_networks
  FROM entry WHERE key >> 48 IN (SELECT place FROM disagreeing) GROUP BY key
)
SELECT key FROM met WHERE has_networks OR NOT (marks = 9 AND is_paired AND disagreement = 0 OR marks = 5)
UNION
SELECT hash(resource_type, record_id) FROM recon.touched
UNION
SELECT hash(resource_type, record_id) FROM recon.displaced
