-- title: In transit
-- about: What was on its way when the night read it: expected and not yet posted, or posted while its record is still open; longest first. Amounts have the sign that they will move the balance with. Of lists that this night read to their end.
-- columns: stream text, record_id text, leg text, customer_id text, partner_customer_ref text, currency text, status text,
--   expected money(currency), posted money(currency), not_yet_posted money(currency), since time, age_hours integer,
--   why text, transactions text
-- order: since, stream, record_id, leg

SELECT * FROM recon.in_transit
