-- title: Roll-forward
-- about: For each customer and currency, and each network where balances are judged by network: the opening balance, which is the last closing that was itself proven, every kind of movement since, and whether they make the closing balance that the API states. Movements out are negative.
-- columns: customer_id text, partner_customer_ref text, currency text, network text, opening_as_of time, opening_run text,
--   closing_as_of time,
--   opening money(currency), deposits money(currency), withdrawals money(currency), refunds money(currency),
--   conversions_in money(currency), conversions_out money(currency), collections money(currency), fees money(currency),
--   adjustments money(currency), computed_closing money(currency), reported_closing money(currency),
--   difference money(currency), status text
-- order: partner_customer_ref, customer_id, currency, network

SELECT r.*, c.partner_customer_ref
FROM recon.rollforward AS r
LEFT JOIN main.customers AS c ON c.customer_id = r.customer_id
WHERE r.run_id = getvariable('run')
