-- about: Every fee that a posted transaction charged: kept back within it, or posted as one of its own.
-- charged_at: When it was posted.
-- transaction_id: The transaction that charged it.
-- customer_id: The customer.
-- category: The column of the roll-forward that the transaction belongs to.
-- is_own: Whether it was posted by itself; else it was kept back within the transaction.
-- currency: The currency.
-- gross: The gross amount that it was taken of: the transaction's; of a fee posted by itself, the record's. NULL where there is none in its currency.
-- fee: The fee.
-- resource_type: The kind of the record that the transaction names.
-- record_id: The record that the transaction names.
-- is_of_record: Whether it is part of that record's money; of a product whose fees are configured as separate, one posted by itself is not.
-- reference: The transaction's reference.
-- version_seen_run: The run that first saw the transaction as it is.
WITH posted_fee AS (
  SELECT * FROM recon.transaction WHERE is_posted AND type = 'FEE'
),
-- Few records have a fee posted by itself: only those are looked up.
charged_apart AS (
  SELECT * FROM recon.owed_fee SEMI JOIN (SELECT resource_id AS record_id FROM posted_fee) USING (record_id)
)
SELECT posted_at AS charged_at, transaction_id, customer_id, recon.rollforward_column(type, resource_type, direction) AS category, FALSE AS is_own,
  currency, amount AS gross, fee, resource_type, resource_id AS record_id, names_record AS is_of_record, reference, version_seen_run
FROM recon.transaction WHERE is_posted AND type <> 'FEE' AND fee <> 0
UNION ALL
SELECT f.posted_at, f.transaction_id, f.customer_id, recon.rollforward_column(f.type, f.resource_type, f.direction), TRUE,
  f.currency, r.amount, CASE f.direction WHEN 'DEBIT' THEN f.net_amount ELSE -f.net_amount END, f.resource_type, f.resource_id, f.names_record, f.reference, f.version_seen_run
FROM posted_fee AS f
LEFT JOIN charged_apart AS r ON r.record_id = f.resource_id AND r.resource_type = f.resource_type AND r.customer_id = f.customer_id AND r.currency = f.currency
