-- title: Aging of exceptions, summed
-- about: Open exceptions by check, age and currency: how many, how much money, and the oldest. What has no amount is counted in a row without a currency. Those of customers who are not on the roster are among them; the summary counts them apart.
-- columns: as_of time, code text, severity text, bucket text, currency text, exceptions integer,
--   amount_at_stake money(currency), oldest time, oldest_age_days integer
-- order: severity_order, code, bucket_order, currency

WITH stake AS (
  SELECT *, CASE WHEN amount_at_stake IS NOT NULL THEN currency END AS stake_currency FROM recon.open_exceptions
)
SELECT recon.started_at() AS as_of, code, severity, severity_order, bucket, stake_currency AS currency, count(*) AS exceptions,
  recon.exact_sum(amount_at_stake) AS amount_at_stake, min(first_seen) AS oldest, max(age_days) AS oldest_age_days, min(age_days) AS bucket_order
FROM stake GROUP BY code, severity, severity_order, bucket, stake_currency
