-- title: What changed since the night before
-- about: What this run found, found again, resolved or saw change, and what people did since the run before.
-- columns: what text, severity text, code text, exception_id text, partner_customer_ref text, record_id text, currency text,
--   at_stake money(currency), who text, note text
-- order: change_order, severity_order, code, exception_id, event_no

WITH before AS (
  SELECT max(started_at) AS started_at FROM recon.runs
  WHERE state IN ('reconciled', 'reported') AND run_id < getvariable('run')
),
change AS (
  SELECT v.* FROM recon.exception_events AS v CROSS JOIN before AS b
  WHERE v.run_id = getvariable('run') OR v.run_id IS NULL AND (b.started_at IS NULL OR v.occurred_at > b.started_at)
)
SELECT replace(v.event, '_', ' ') AS what, v.event_no, v.who, v.note, e.exception_id, e.severity, e.code, e.record_id, e.currency,
  e.at_stake, c.partner_customer_ref,
  list_position(['opened', 'reopened', 'changed', 'resolved', 'written_off', 'assigned', 'acknowledged', 'noted'], v.event) AS change_order,
  list_position(['critical', 'high', 'medium', 'low', 'info'], e.severity) AS severity_order
FROM change AS v
JOIN recon.exceptions AS e ON e.exception_id = v.exception_id
LEFT JOIN main.customers AS c ON c.customer_id = e.customer_id
