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
  SELECT t.transaction_id, t.customer_id, t.type, t.direction, t.currency, t.amount, t.posted_at, t.resource_type, t.resource_id, t.reference, t.version_seen_run,
    CASE WHEN t.type = 'FEE' THEN CASE t.direction WHEN 'DEBIT' THEN t.net_amount ELSE -t.net_amount END ELSE t.fee END AS charged
  FROM recon.transaction AS t WHERE t.is_posted AND (t.fee <> 0 OR t.type = 'FEE')
),
-- Few records are charged more than once: only their charges are added up.
charged_again AS (
  SELECT resource_id FROM charge WHERE resource_id IS NOT NULL GROUP BY resource_id HAVING count(*) > 1
),
in_all AS (
  SELECT resource_type, resource_id, customer_id, currency, recon.exact_sum(charged) AS charged FROM charge SEMI JOIN charged_again USING (resource_id) GROUP BY ALL
),
-- Legs of one record within one currency are one fee.
legs AS (
  SELECT stream, resource_type, record_id, customer_id, currency, any_value(class) AS class, recon.exact_sum(amount) AS amount, recon.exact_sum(fee) AS fee,
    any_value(version_seen_run) AS version_seen_run
  FROM recon.movement WHERE leg IS NOT NULL GROUP BY ALL
),
owed AS (
  SELECT stream, resource_type, record_id, customer_id, currency, class, amount, fee, version_seen_run FROM recon.movement WHERE leg IS NULL
  UNION ALL BY NAME
  FROM legs
),
fee AS (
  SELECT c.posted_at AS charged_at, c.transaction_id, coalesce(c.customer_id, o.customer_id) AS customer_id,
    CASE WHEN c.transaction_id IS NOT NULL THEN recon.rollforward_column(c.type, c.resource_type, c.direction) END AS category,
    CASE WHEN c.transaction_id IS NULL THEN 'not charged' WHEN c.type = 'FEE' THEN 'posted by itself' ELSE 'within the transaction' END AS cause,
    coalesce(c.currency, o.currency) AS currency, CASE WHEN c.type <> 'FEE' THEN c.amount ELSE o.amount END AS gross, coalesce(c.charged, 0) AS fee,
    o.stream, coalesce(c.resource_id, o.record_id) AS record_id, o.fee AS record_fee,
    CASE WHEN c.transaction_id IS NULL THEN 0 WHEN a.resource_id IS NOT NULL THEN a.charged WHEN c.resource_id IS NOT NULL THEN c.charged END AS charged_in_all,
    c.reference, coalesce(c.version_seen_run, o.version_seen_run) AS version_seen_run
  FROM charge AS c
  FULL JOIN owed AS o ON o.record_id = c.resource_id AND o.resource_type = c.resource_type AND o.customer_id = c.customer_id AND o.currency = c.currency
  LEFT JOIN in_all AS a ON a.resource_id = c.resource_id AND a.resource_type = c.resource_type AND a.customer_id = c.customer_id AND a.currency = c.currency
  WHERE c.transaction_id IS NOT NULL OR (o.class = 'settled' AND o.fee <> 0)
)
SELECT f.charged_at, f.transaction_id, f.customer_id, c.partner_customer_ref, f.category, f.cause, f.currency, f.gross, f.fee,
  recon.basis_points(f.fee, f.gross) AS basis_points, f.stream, f.record_id, f.record_fee, f.charged_in_all, TRY(f.charged_in_all - f.record_fee) AS difference,
  f.reference, f.version_seen_run
FROM fee AS f LEFT JOIN main.customers AS c ON c.customer_id = f.customer_id
