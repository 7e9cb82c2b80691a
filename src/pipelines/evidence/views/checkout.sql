-- about: The checkouts of the judged run: those on lists which it read to their end, and refused ones as far as they can be read.
-- checkout_id: The checkout.
-- customer_id: Its customer.
-- currency: Its currency, by the name that counts.
-- amount: What is to be paid.
-- paid_amount: What it says was paid.
-- status: Its status.
-- updated_at: When it last changed.
-- expires_at: Until when it may be paid; infinity where it never expires.
-- obstacle: Why a column that is NULL is not known: the checkout cannot be read.
SELECT k.checkout_id, k.customer_id, recon.currency_name(k.currency) AS currency, k.amount, k.paid_amount, k.status, k.updated_at,
  coalesce(k.expires_at, 'infinity') AS expires_at, NULL AS obstacle
FROM main.checkouts AS k
JOIN recon.coverage AS listed ON listed.run_id = recon.run() AND listed.customer_id = k.customer_id AND listed.stream = 'checkouts' AND listed.state = 'COMPLETE'
WHERE k.last_seen_run = recon.run()
UNION ALL
SELECT f.record_id, f.customer_id, recon.currency_name(f.readable['currency']), TRY_CAST(f.readable['amount'] AS DECIMAL(38,18)),
  TRY_CAST(f.readable['paid_amount'] AS DECIMAL(38,18)), f.readable['status'], TRY_CAST(f.readable['updated_at'] AS TIMESTAMPTZ),
  CASE WHEN recon.can_read(f.readable, 'expires_at') THEN coalesce(TRY_CAST(f.readable['expires_at'] AS TIMESTAMPTZ), 'infinity') END, f.name
FROM recon.refused AS f WHERE f.stream = 'checkouts' AND f.record_id IS NOT NULL
