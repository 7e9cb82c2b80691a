-- about: Every fee that was charged: kept back within a transaction or posted as one of its own, with what caused it, and beside it what the record says that its fee is. A settled record whose fee was never charged has a row without a transaction.
-- charged_at: When it was posted; NULL where it was not.
-- transaction_id: The transaction that charged it.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- category: The column of the roll-forward that the transaction belongs to.
-- cause: within the transaction, posted by itself, or not charged.
-- currency: The currency.
-- gross: The gross amount that it was taken of: the transaction's, else the record's; NULL where there is none in its currency.
-- fee: The fee.
-- basis_points: The fee in basis points of the gross amount.
-- stream: The list of the record that the transaction names.
-- record_id: The record.
-- record_fee: What the record says that its fee in this currency is.
-- charged_in_all: What all posted transactions of the record charged in this currency; of a fee that is no part of the record (fees: separate) nothing is said.
-- difference: What was charged in all less the record's fee.
-- due_at: When the fee was due: when it was posted, else when the record was settled whose fee was not charged.
-- reference: The transaction's reference.
-- version_seen_run: The run that first saw the transaction, or the record, as it is.
WITH charged_again AS (
  -- Few records are charged more than once, and only their charges are added up. A hash is enough to find them by; one too many does no harm.
  SELECT hash(record_id) AS hashed FROM recon.charge WHERE record_id IS NOT NULL AND is_of_record GROUP BY hashed HAVING count(*) > 1
),
in_all AS (
  SELECT resource_type, record_id, customer_id, currency, recon.exact_sum(fee) AS charged
  FROM recon.charge SEMI JOIN charged_again ON hashed = hash(record_id) WHERE record_id IS NOT NULL AND is_of_record GROUP BY ALL
),
-- A fee that is no part of its record meets none. Asked once: what several read is kept, and the join would have no memory left.
charge AS NOT MATERIALIZED (
  SELECT * EXCLUDE (record_id, is_of_record), CASE WHEN is_of_record THEN record_id END AS record_id, CASE WHEN is_of_record IS NOT TRUE THEN record_id END AS apart_from
  FROM recon.charge
),
fee AS (
  SELECT c.charged_at, c.transaction_id, coalesce(c.customer_id, o.customer_id) AS customer_id, c.category,
    CASE WHEN c.transaction_id IS NULL THEN 'not charged' WHEN c.is_own THEN 'posted by itself' ELSE 'within the transaction' END AS cause,
    coalesce(c.currency, o.currency) AS currency, CASE WHEN c.transaction_id IS NULL THEN o.amount ELSE c.gross END AS gross, coalesce(c.fee, 0) AS fee,
    coalesce(c.resource_type, o.resource_type) AS resource_type, coalesce(c.record_id, c.apart_from, o.record_id) AS record_id, o.fee AS record_fee,
    CASE WHEN c.transaction_id IS NULL THEN 0 WHEN a.record_id IS NOT NULL THEN a.charged WHEN c.record_id IS NOT NULL THEN c.fee END AS charged_in_all,
    coalesce(c.charged_at, o.settled_at) AS due_at, c.reference, coalesce(c.version_seen_run, o.version_seen_run) AS version_seen_run
  FROM charge AS c
  FULL JOIN recon.owed_fee AS o ON o.record_id = c.record_id AND o.resource_type = c.resource_type AND o.customer_id = c.customer_id AND o.currency = c.currency
  LEFT JOIN in_all AS a ON a.record_id = c.record_id AND a.resource_type = c.resource_type AND a.customer_id = c.customer_id AND a.currency = c.currency
  WHERE c.transaction_id IS NOT NULL OR o.is_due
)
SELECT f.charged_at, f.transaction_id, f.customer_id, c.partner_customer_ref, f.category, f.cause, f.currency, f.gross, f.fee,
  recon.basis_points(f.fee, f.gross) AS basis_points, p.stream, f.record_id, f.record_fee, f.charged_in_all, TRY(f.charged_in_all - f.record_fee) AS difference,
  f.due_at, f.reference, f.version_seen_run
FROM fee AS f
LEFT JOIN main.customers AS c ON c.customer_id = f.customer_id
LEFT JOIN recon.product AS p ON p.resource_type = f.resource_type
