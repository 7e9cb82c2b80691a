-- title: Changes of exceptions
-- about: What happened to exceptions since the last night, by the run and by people, in the order in which it was put on record: new, reopened, resolved (with what the run proved), changed in severity or amount, accepted, acknowledged, assigned, noted.
-- columns: change text, occurred_at time, who text, exception_id text, code text, severity text, stream text, record_id text,
--   customer_id text, partner_customer_ref text, currency text, amount_at_stake money(currency), from_state text,
--   to_state text, note text, proof text, evidence text
-- order: event_no

SELECT * FROM recon.exception_changes
