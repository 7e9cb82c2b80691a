-- severity: high
-- family: records
-- definition: After a record was settled (a transaction: posted), or last accepted by a person, its amounts, currencies, rate, network, hash, customer, type or the ids that it names changed. Resolved when the record again says what it said then.
-- finds: A deposit that was COMPLETED over 100.00 last night and is COMPLETED over 90.00 tonight.
-- silent: A deposit that was PENDING over 100.00 and is COMPLETED over 90.00: until it is settled, a record may change. Or a currency or network that is renamed, where currencyAliases and networkAliases say so; or a hash that comes later, or is written in capitals.
-- action: Ask the partner why settled money changed. Where the change is right, accept it (exceptions write-off): later nights compare with what was accepted.
-- rests on: list
-- accepts: affairs
WITH settled AS (
  -- What was stated only later is compared with what it was then.
  SELECT stream, record_id, min(version) AS version, arg_min(network, version) AS network, arg_min(tx_hash, version) AS tx_hash FROM recon.former_version
  WHERE former_class IN ('settled', 'undone') AND (stream = 'transactions' OR stream IN (SELECT stream FROM recon.product))
  -- Two customers' records of one id change places all night (REC_CONTRADICTED).
  GROUP BY stream, record_id HAVING NOT bool_or(is_anothers)
),
-- What people last wrote off, or took back.
acted AS (
  SELECT e.stream, e.record_id, arg_max(v.event, v.event_no) AS event, arg_max(v.accepted, v.event_no) AS accepted
  FROM recon.exceptions AS e
  JOIN recon.exception_events AS v ON v.exception_id = e.exception_id AND v.run_id IS NULL AND v.event IN ('written_off', 'reopened')
  WHERE e.code = 'REC_MUTATED'
  GROUP BY e.stream, e.record_id
),
accepted AS (
  SELECT stream, record_id, CAST(CAST(json_extract_string(accepted, '$[0]') AS JSON) AS MAP(VARCHAR, VARCHAR)) AS version
  FROM acted WHERE event = 'written_off' AND accepted IS NOT NULL
),
compared AS (
  SELECT f.* EXCLUDE (said, network, tx_hash), a.version IS NOT NULL AS is_accepted,
    list_transform(f.names, lambda name, place: CASE WHEN map_contains(a.version, name) THEN a.version[name]
      WHEN name = 'network' THEN s.network WHEN name = 'tx_hash' THEN s.tx_hash ELSE f.said[place] END) AS said
  FROM recon.former_version AS f
  JOIN settled AS s ON s.stream = f.stream AND s.record_id = f.record_id AND s.version = f.version
  LEFT JOIN accepted AS a ON a.stream = f.stream AND a.record_id = f.record_id
  -- What one night says in two ways is no change (REC_CONTRADICTED).
  -- Of the class is said again what settled says, so that only such versions are taken apart.
  WHERE f.version_seen_run < recon.run() AND f.former_class IN ('settled', 'undone')
),
changed AS (
  SELECT *, said[list_position(names, 'currency')] = currency AS is_same_currency,
    list_filter(list_zip(names, said, says), lambda field: recon.is_other(field[1], field[2], field[3])) AS changes
  FROM compared WHERE said IS DISTINCT FROM says
)
SELECT recon.outcome(r.obstacle, FALSE) AS outcome, r.obstacle, c.stream, c.record_id, c.customer_id, c.currency,
  CAST(map_from_entries(list_zip(c.names, c.says)) AS JSON)::VARCHAR AS affairs,
  -- Amounts of two currencies have no difference; of a conversion's two amounts the detail says which changed.
  CASE WHEN c.is_same_currency THEN CAST(c.said[list_position(c.names, 'net_amount')] AS DECIMAL(38,18)) END AS expected,
  CASE WHEN c.is_same_currency THEN c.net_amount END AS actual,
  concat(
    list_aggregate(list_transform(c.changes, lambda field: concat(field[1], ' was ', recon.exact_text(field[2]), ' and is ', recon.exact_text(field[3]))), 'string_agg', '; '),
    CASE WHEN c.is_accepted THEN ' (since a person accepted it)' ELSE concat(' (settled as run ', c.version_seen_run, ' saw it)') END
  ) AS detail
FROM changed AS c
JOIN recon.reading AS r ON r.customer_id = c.customer_id AND r.stream = c.stream
WHERE len(c.changes) > 0 AND (r.obstacle IS NOT NULL OR r.is_proven AND c.last_seen_run = recon.run())
