-- title: Unproven
-- about: Every case that could not be judged, and what stands in the way. Nothing is guessed: such a case is neither right nor wrong.
-- columns: code text, stream text, record_id text, leg text, customer_id text, partner_customer_ref text, currency text,
--   at_stake money(currency), obstacle text, what text
-- order: code, customer_id, stream, record_id, leg

SELECT f.*, c.partner_customer_ref, s.definition AS what
FROM recon.finding AS f
LEFT JOIN recon.check_settings AS s ON s.code = f.code
LEFT JOIN main.customers AS c ON c.customer_id = f.customer_id
WHERE f.outcome = 'unproven' AND f.run_id = getvariable('run')
