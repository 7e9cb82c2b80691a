-- title: How much money is at stake
-- about: What open exceptions are about, by currency and severity. Amounts of different currencies are never added. Where several exceptions are about the same money, each of them counts it.
-- columns: currency text, cases integer, critical money(currency), high money(currency), medium money(currency),
--   low money(currency), info money(currency), total money(currency)
-- order: currency

SELECT currency, count(*) AS cases, recon.exact_sum(at_stake) AS total,
  recon.exact_sum(CASE WHEN severity = 'critical' THEN at_stake END) AS critical,
  recon.exact_sum(CASE WHEN severity = 'high' THEN at_stake END) AS high,
  recon.exact_sum(CASE WHEN severity = 'medium' THEN at_stake END) AS medium,
  recon.exact_sum(CASE WHEN severity = 'low' THEN at_stake END) AS low,
  recon.exact_sum(CASE WHEN severity = 'info' THEN at_stake END) AS info
FROM counted_exception
WHERE at_stake IS NOT NULL
GROUP BY currency
