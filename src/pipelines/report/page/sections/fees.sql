-- title: Fees in the last 30 days
-- about: What posted transactions were charged, by currency and type. A charge that is a transaction of its own has the type FEE; what was given back goes off it. Gross amounts are added whatever their direction.
-- columns: currency text, type text, transactions integer, with_fee integer, gross money(currency), fees money(currency)
-- order: currency, type

SELECT currency, type, count(*) AS transactions, count(*) FILTER (fee <> 0 OR type = 'FEE') AS with_fee,
  recon.exact_sum(amount) AS gross, recon.exact_sum(CASE WHEN type = 'FEE' THEN -moved ELSE fee END) AS fees
FROM recon.transaction
WHERE is_posted AND posted_at > getvariable('started_at') - INTERVAL 30 DAY
GROUP BY currency, type
