-- title: Aging of exceptions
-- about: How long each open exception has been open, oldest first, who looks after it and what was said last.
-- columns: as_of time, customer_id text, partner_customer_ref text, currency text, code text, severity text, state text,
--   assignee text, first_seen time, last_seen time, age_days integer, bucket text, amount_at_stake money(currency),
--   stream text, record_id text, transaction_id text, last_note text, exception_id text
-- order: age_days desc, severity_order, code, record_id, leg

SELECT *, recon.started_at() AS as_of FROM recon.open_exceptions
