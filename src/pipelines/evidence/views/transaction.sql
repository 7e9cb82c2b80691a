-- about: The transactions that stand on a list which the judged run read to its end, names of currencies and networks made one. A row of a list that was not read tonight is evidence of an earlier night, and is not here.
-- transaction_id: The transaction.
-- customer_id: Whose balance it moves.
-- type: What it says that it is.
-- direction: CREDIT or DEBIT.
-- currency: Its currency, by the name that counts.
-- network: Its network, by the name that counts; NULL where it states none.
-- amount: Gross amount.
-- fee: The part of it that is a fee.
-- net_amount: What moves the balance, without sign.
-- moved: What it moved the balance by, with sign; zero unless it is posted.
-- status: Its status.
-- class: settled (COMPLETED) and undone (REVERSED) are posted; open, void, or unknown.
-- is_posted: Whether it moved the balance. REVERSED counts: its reversal is a transaction of its own.
-- posted_at: When it moved the balance: postedAt, else updatedAt, else createdAt.
-- is_undated: Whether it is posted and says no postedAt.
-- resource_type: The kind of product record that it names: what it says, else what its type says, else (a FEE or ADJUSTMENT) the kind of the record with that id; none where nothing says it.
-- resource_id: The product record that it names; NULL where it names none.
-- names_record: Whether it is part of a record's money: it names one, and is no fee of a product whose fees are configured as separate.
-- reference: Its reference.
-- created_at: When it was created.
-- updated_at: When it last changed.
-- first_seen_run: The run that first saw it.
-- version_seen_run: The run that first saw it as it is.
WITH kinded AS (
  -- Few name a record and not its kind; apart, so that nobody reads the ids of all others for them.
  SELECT *, NULL AS found_kind FROM main.transactions WHERE coalesce(resource_type, recon.kind_of_type(type)) IS NOT NULL
  UNION ALL
  SELECT o.*, k.resource_type FROM main.transactions AS o LEFT JOIN recon.named_kind AS k ON k.transaction_id = o.transaction_id
  WHERE o.resource_type IS NULL AND recon.kind_of_type(o.type) IS NULL
)
SELECT t.transaction_id, t.customer_id, t.type, t.direction, recon.currency_name(t.currency) AS currency,
  recon.network_name(t.network) AS network, t.amount, t.fee, t.net_amount,
  CASE WHEN recon.class_of_transactions(t.status) NOT IN ('settled', 'undone') THEN 0 WHEN t.direction = 'CREDIT' THEN t.net_amount ELSE -t.net_amount END AS moved,
  t.status, recon.class_of_transactions(t.status) AS class, recon.class_of_transactions(t.status) IN ('settled', 'undone') AS is_posted,
  coalesce(t.posted_at, t.updated_at, t.created_at) AS posted_at,
  recon.class_of_transactions(t.status) IN ('settled', 'undone') AND t.posted_at IS NULL AS is_undated,
  CASE WHEN t.resource_id IS NOT NULL THEN coalesce(t.resource_type, recon.kind_of_type(t.type), t.found_kind, 'none') ELSE t.resource_type END AS resource_type, t.resource_id,
  t.resource_id IS NOT NULL AND NOT (t.type = 'FEE' AND recon.has_separate_fees(coalesce(t.resource_type, t.found_kind)) IS TRUE) AS names_record, t.reference, t.created_at, t.updated_at, t.first_seen_run,
  t.version_seen_run
FROM kinded AS t
JOIN recon.coverage AS r ON r.run_id = recon.run() AND r.customer_id = t.customer_id AND r.stream = 'transactions' AND r.state = 'COMPLETE'
WHERE t.last_seen_run = recon.run()
