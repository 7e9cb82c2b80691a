-- title: Acceptances
-- about: Who accepted what: every exception that a person wrote off, with what was at stake and in force then, the reason, and whether what was accepted still stands.
-- columns: occurred_at time, who text, os_user text, reason text, exception_id text, code text, severity text, record_id text,
--   customer_id text, partner_customer_ref text, currency text, at_stake money(currency), stands text, accepted text
-- order: occurred_at desc, event_no desc

WITH accepted AS (
  SELECT *, event_no = max(event_no) OVER (PARTITION BY exception_id) AS is_last
  FROM recon.exception_events WHERE event = 'written_off'
)
SELECT v.event_no, v.occurred_at, v.who, v.os_user, v.note AS reason, v.exception_id, e.code, e.severity, e.record_id, e.customer_id, c.partner_customer_ref,
  v.currency, v.at_stake, recon.affairs(v.accepted) AS accepted,
  CASE
    WHEN NOT v.is_last THEN 'no longer: accepted anew'
    WHEN e.state <> 'written_off' THEN concat('no longer: ', replace(e.state, '_', ' '))
    WHEN e.last_seen_run = getvariable('run') THEN 'yes'
    ELSE concat('last found ', strftime(e.last_seen, '%Y-%m-%d'), ', not proven gone')
  END AS stands
FROM accepted AS v
JOIN recon.exceptions AS e ON e.exception_id = v.exception_id
LEFT JOIN main.customers AS c ON c.customer_id = e.customer_id
