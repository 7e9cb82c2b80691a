-- title: Acceptances
-- about: Who accepted what: every exception that a person wrote off, with the reason, and whether what was accepted still stands.
-- columns: occurred_at time, who text, os_user text, reason text, exception_id text, code text, severity text, record_id text,
--   customer_id text, partner_customer_ref text, currency text, at_stake money(currency), stands text, accepted text
-- order: occurred_at desc, exception_id

SELECT v.occurred_at, v.who, v.os_user, v.note AS reason, e.*, c.partner_customer_ref, e.state_of_affairs AS accepted,
  CASE
    WHEN e.state <> 'written_off' THEN concat('no longer: ', replace(e.state, '_', ' '))
    WHEN e.last_seen_run = getvariable('run') THEN 'yes'
    ELSE concat('not found since ', strftime(e.last_seen, '%Y-%m-%d'))
  END AS stands
FROM recon.exception_events AS v
JOIN recon.exceptions AS e ON e.exception_id = v.exception_id
LEFT JOIN main.customers AS c ON c.customer_id = e.customer_id
WHERE v.event = 'written off' OR v.to_state = 'written_off'
