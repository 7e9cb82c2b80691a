-- title: Exceptions
-- about: Everything that is wrong and not yet settled, worst first. The id of an exception stays the same night after night.
-- columns: exception_id text, code text, severity text, state text, stream text, record_id text, counterpart_id text,
--   customer_id text, partner_customer_ref text, currency text, expected money(currency), actual money(currency),
--   difference money(currency), tolerance money(currency), first_seen time, last_seen time, age_days integer,
--   bucket text, assignee text, detail text, amount_at_stake money(currency), what_to_do text,
--   evidence text
-- order: severity_order, code, record_id, leg

SELECT * FROM recon.open_exceptions
