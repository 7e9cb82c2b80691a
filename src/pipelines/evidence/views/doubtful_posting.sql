-- about: Transactions that cannot be read and may have moved a balance, with what of them can be read.
-- customer_id: The customer.
-- currency: The currency; NULL where it may be any.
-- network: The network, nothing where it states none; NULL where it may be any.
-- posted_at: When it was posted if it was; NULL where it may be at any time.
-- moved: What it moved if it was posted; NULL where that cannot be read.
-- name: What it is called in a sentence.
WITH may_have_moved AS (
  SELECT * FROM recon.refused
  WHERE stream = 'transactions' AND recon.may_be_settled('transactions', readable)
    AND coalesce(TRY_CAST(readable['net_amount'] AS DECIMAL(38,18)), 1) <> 0
)
SELECT customer_id, recon.currency_name(readable['currency']) AS currency, recon.network_name(recon.text_if_readable(readable, 'network')) AS network,
  -- Without postedAt it counts from updatedAt, which the contract demands.
  CASE WHEN recon.can_read(readable, 'posted_at') THEN TRY_CAST(coalesce(readable['posted_at'], readable['updated_at']) AS TIMESTAMPTZ) END AS posted_at,
  CASE readable['direction'] WHEN 'CREDIT' THEN TRY_CAST(readable['net_amount'] AS DECIMAL(38,18))
    WHEN 'DEBIT' THEN -TRY_CAST(readable['net_amount'] AS DECIMAL(38,18)) END AS moved,
  name
FROM may_have_moved
