-- about: The checkouts of the judged run: those on lists which it read to their end, and refused ones as far as they can be read.
-- checkout_id: The checkout.
-- customer_id: Its customer.
-- currency: Its currency, by the name that counts.
-- amount: What is to be paid.
-- paid_amount: What it says was paid.
-- status: Its status.
-- updated_at: When it first said what it says of its status and its money: one that is touched every night has not changed.
-- expires_at: Until when it may be paid; infinity where it never expires.
-- obstacle: Why a column that is NULL is not known: the checkout cannot be read.
WITH said_before AS (
  SELECT k.checkout_id, min(CAST(json_extract_string(v.content, '$.updated_at') AS TIMESTAMPTZ)) AS updated_at
  FROM main.superseded_versions AS v
  JOIN main.checkouts AS k ON k.checkout_id = v.record_id AND k.status = json_extract_string(v.content, '$.status')
    AND CAST(k.amount AS VARCHAR) IS NOT DISTINCT FROM json_extract_string(v.content, '$.amount')
    AND CAST(k.paid_amount AS VARCHAR) IS NOT DISTINCT FROM json_extract_string(v.content, '$.paid_amount')
  WHERE v.stream = 'checkouts'
  GROUP BY k.checkout_id
)
SELECT k.checkout_id, k.customer_id, recon.currency_name(k.currency) AS currency, k.amount, k.paid_amount, k.status, least(k.updated_at, b.updated_at) AS updated_at,
  coalesce(k.expires_at, 'infinity') AS expires_at, NULL AS obstacle
FROM main.checkouts AS k
JOIN recon.coverage AS listed ON listed.run_id = recon.run() AND listed.customer_id = k.customer_id AND listed.stream = 'checkouts' AND listed.state = 'COMPLETE'
LEFT JOIN said_before AS b ON b.checkout_id = k.checkout_id
WHERE k.last_seen_run = recon.run()
UNION ALL
SELECT f.record_id, f.customer_id, recon.currency_name(f.readable['currency']), TRY_CAST(f.readable['amount'] AS DECIMAL(38,18)),
  TRY_CAST(f.readable['paid_amount'] AS DECIMAL(38,18)), f.readable['status'], TRY_CAST(f.readable['updated_at'] AS TIMESTAMPTZ),
  CASE WHEN recon.can_read(f.readable, 'expires_at') THEN coalesce(TRY_CAST(f.readable['expires_at'] AS TIMESTAMPTZ), 'infinity') END, f.name
FROM recon.refused AS f WHERE f.stream = 'checkouts' AND f.record_id IS NOT NULL
