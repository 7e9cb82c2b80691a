-- about: Every fee that was charged: kept back within a transaction or posted as one of its own, with what caused it, and beside it what the record says that its fee is. A settled record whose fee was never charged has a row without a transaction.
-- charged_at: When it was posted; NULL where it was not.
-- transaction_id: The transaction that charged it.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- category: The column of the roll-forward that the transaction belongs to.
-- cause: within the transaction, posted by itself, or not charged.
-- currency: The currency.
-- gross: The gross amount that it was taken of: the transaction's, else the record's.
-- fee: The fee.
-- basis_points: The fee in basis points of the gross amount.
-- stream: The list of the record that the transaction names.
-- record_id: The record.
-- record_fee: What the record says that its fee in this currency is.
-- charged_in_all: What all posted transactions of the record charged in this currency.
-- difference: What was charged in all less the record's fee.
-- reference: The transaction's reference.
-- version_seen_run: The run that first saw the transaction, or the record, as it is.
WITH charge AS (
  SELECT t.*, CASE WHEN t.type = 'FEE' THEN CASE t.direction WHEN 'DEBIT' THEN t.net_amount ELSE -t.net_amount END ELSE t.fee END AS charged
  FROM recon.transaction AS t WHERE t.is_posted AND (t.fee <> 0 OR t.type = 'FEE')
),
-- Legs of one record within one currency are one fee.
owed AS (
  SELECT stream, resource_type, record_id, customer_id, currency, any_value(class) AS class, recon.exact_sum(amount) AS amount, recon.exact_sum(fee) AS fee,
    max(coalesce(completed_at, updated_at)) AS settled_at
  FROM recon.movement GROUP BY ALL
),
in_all AS (
  SELECT resource_type, resource_id, customer_id, currency, recon.exact_sum(charged) AS charged FROM charge WHERE resource_id IS NOT NULL GROUP BY ALL
),
fee AS (
  SELECT c.posted_at AS charged_at, c.transaction_id, c.customer_id, recon.rollforward_column(c.type, c.resource_type, c.direction) AS category,
    CASE WHEN c.type = 'FEE' THEN 'posted by itself' ELSE 'within the transaction' END AS cause, c.currency,
    CASE WHEN c.type = 'FEE' THEN o.amount ELSE c.amount END AS gross, c.charged AS fee, o.stream, c.resource_id AS record_id,
    o.fee AS record_fee, a.charged AS charged_in_all, c.reference, m.version_seen_run
  FROM charge AS c
  JOIN main.transactions AS m ON m.transaction_id = c.transaction_id
  LEFT JOIN owed AS o ON o.resource_type = c.resource_type AND o.record_id = c.resource_id AND o.customer_id = c.customer_id AND o.currency = c.currency
  LEFT JOIN in_all AS a ON a.resource_type = c.resource_type AND a.resource_id = c.resource_id AND a.customer_id = c.customer_id AND a.currency = c.currency
  UNION ALL BY NAME
  SELECT o.customer_id, NULL AS category, 'not charged' AS cause, o.currency, o.amount AS gross, 0 AS fee, o.stream, o.record_id, o.fee AS record_fee,
    0 AS charged_in_all, r.version_seen_run
  FROM owed AS o
  ANTI JOIN in_all AS a ON a.resource_type = o.resource_type AND a.resource_id = o.record_id AND a.customer_id = o.customer_id AND a.currency = o.currency
  LEFT JOIN recon.known_record AS r ON r.stream = o.stream AND r.record_id = o.record_id
  WHERE o.class = 'settled' AND o.fee <> 0
)
SELECT f.charged_at, f.transaction_id, f.customer_id, c.partner_customer_ref, f.category, f.cause, f.currency, f.gross, f.fee,
  recon.basis_points(f.fee, f.gross) AS basis_points, f.stream, f.record_id, f.record_fee, f.charged_in_all, TRY(f.charged_in_all - f.record_fee) AS difference,
  f.reference, f.version_seen_run
FROM fee AS f LEFT JOIN main.customers AS c ON c.customer_id = f.customer_id
