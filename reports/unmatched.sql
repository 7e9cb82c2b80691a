-- title: Unmatched
-- about: Every expected movement and every transaction that is neither matched nor void, and why.
-- columns: side text, category text, code text, stream text, record_id text, leg text, transaction_id text,
--   customer_id text, partner_customer_ref text, currency text, expected money(currency), actual money(currency)
-- order: category, code, side, customer_id, stream, record_id, leg, transaction_id

SELECT m.*, c.partner_customer_ref
FROM recon.matches AS m
LEFT JOIN main.customers AS c ON c.customer_id = m.customer_id
WHERE m.run_id = getvariable('run') AND m.category IN ('exception', 'in flight', 'unproven')
