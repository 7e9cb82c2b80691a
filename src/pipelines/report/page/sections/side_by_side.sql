-- title: Each exception with both records side by side
-- about: As they were last read, the worst first. Names of people and account numbers are left out.
-- columns: exception_id text, code text, severity text, detail text, stream text, record_id text, record text,
--   counterpart_stream text, counterpart_id text, counterpart text
-- order: severity_order, code, record_id, leg

-- The records are named one by one, in a variable: a join would first make the contents of all records there are. All of them are
-- looked through once.
WITH record AS MATERIALIZED (
  SELECT v.stream, v.record_id, v.content FROM main.record_versions AS v
  WHERE v.is_current AND list_contains(getvariable('shown_records'), v.record_id)
),
counterpart AS (
  SELECT record_id, min(stream) AS stream, arg_min(content, stream) AS content FROM record GROUP BY record_id
),
balance AS (
  SELECT customer_id, currency, network, to_json({opening_as_of: opening_as_of, closing_as_of: closing_as_of, opening: opening::VARCHAR,
    computed_closing: computed_closing::VARCHAR, reported_closing: reported_closing::VARCHAR, difference: difference::VARCHAR,
    currency: currency, network: network, status: status}) AS content
  FROM recon.rollforward WHERE run_id = getvariable('run')
),
one_balance AS (
  SELECT customer_id, currency, arg_min(content, coalesce(network, '')) AS content FROM balance GROUP BY ALL
)
SELECT s.exception_id, s.code, s.severity, s.severity_order, s.detail, s.stream, s.record_id, s.leg,
  coalesce(r.content, b.content)::VARCHAR AS record, c.stream AS counterpart_stream, s.counterpart_id, c.content::VARCHAR AS counterpart
FROM shown_exception AS s
LEFT JOIN record AS r ON r.stream = s.stream AND r.record_id = s.record_id
LEFT JOIN one_balance AS b ON s.stream = 'balances' AND b.customer_id = s.customer_id AND b.currency = s.currency
LEFT JOIN counterpart AS c ON c.record_id = s.counterpart_id
