-- title: Transactions
-- about: Every transaction that is new or changed since the last night, or of the period that was asked for, with the product record that it belongs to and what the reconciliation made of it.
-- columns: transaction_id text, customer_id text, partner_customer_ref text, type text, direction text, currency text,
--   network text, amount money(currency), fee money(currency), net_amount money(currency), status text,
--   resource_type text, resource_id text, reference text, created_at time, posted_at time, category text, code text
-- order: created_at, transaction_id

-- What goes by two names is one, here as in the sums of all other reports.
SELECT t.* REPLACE (recon.currency_name(t.currency) AS currency, recon.network_name(t.network) AS network),
  c.partner_customer_ref, m.category, m.code
FROM main.transactions AS t
LEFT JOIN main.customers AS c ON c.customer_id = t.customer_id
LEFT JOIN recon.matches AS m ON m.transaction_id = t.transaction_id AND m.run_id = getvariable('run')
WHERE is_in_period(t.version_seen_run, coalesce(t.posted_at, t.updated_at, t.created_at))
