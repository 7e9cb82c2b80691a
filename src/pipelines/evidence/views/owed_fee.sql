-- about: What each record says that its fee is, by currency: legs of one record within one currency are one fee.
-- resource_type: The kind of the record.
-- record_id: The record.
-- customer_id: The customer.
-- currency: The currency.
-- amount: The gross amount; NULL where the fee is all that the record has in this currency.
-- fee: The fee; zero where it says that there is none.
-- is_due: Whether it must have been charged: the record is settled and its fee is not zero.
-- settled_at: When it was settled; NULL where it is not.
-- version_seen_run: The run that first saw the record as it is.
WITH legs AS (
  SELECT resource_type, record_id, customer_id, currency, any_value(class) AS class, recon.exact_sum(CASE WHEN leg <> 'FEE' THEN amount END) AS amount, recon.exact_sum(fee) AS fee,
    any_value(coalesce(completed_at, updated_at)) AS settled_at, any_value(version_seen_run) AS version_seen_run
  FROM recon.movement WHERE leg IS NOT NULL GROUP BY ALL
),
owed AS (
  SELECT resource_type, record_id, customer_id, currency, class, amount, fee, coalesce(completed_at, updated_at) AS settled_at, version_seen_run FROM recon.movement WHERE leg IS NULL
  UNION ALL BY NAME
  FROM legs
)
SELECT resource_type, record_id, customer_id, currency, amount, fee, class = 'settled' AND fee <> 0 AS is_due, CASE class WHEN 'settled' THEN settled_at END AS settled_at, version_seen_run FROM owed
