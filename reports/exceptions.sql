-- title: Exceptions
-- about: Everything that is wrong and not yet settled, worst first. The id of a break stays the same night after night.
-- columns: exception_id text, code text, severity text, state text, stream text, record_id text, counterpart_id text,
--   customer_id text, partner_customer_ref text, currency text, expected money(currency), actual money(currency),
--   difference money(currency), tolerance money(currency), first_seen time, last_seen time, age_days integer,
--   bucket text, assignee text, detail text, amount_at_stake money(currency), what_to_do text,
--   evidence text
-- order: severity_order, code, record_id, leg

WITH aged AS (
  SELECT e.*, date_diff('day', first_seen::DATE, getvariable('started_at')::DATE) AS age_days
  FROM recon.exceptions AS e
  WHERE state IN ('open', 'acknowledged', 'reopened')
)
SELECT a.* EXCLUDE (customer_id), a.customer_id, c.partner_customer_ref, a.at_stake AS amount_at_stake, s.what_to_do,
  concat('tidemark exceptions show ', a.exception_id) AS evidence,
  age_bucket(age_days) AS bucket,
  list_position(['critical', 'high', 'medium', 'low', 'info'], a.severity) AS severity_order
FROM aged AS a
LEFT JOIN main.customers AS c ON c.customer_id = a.customer_id
LEFT JOIN recon.check_settings AS s ON s.code = a.code
