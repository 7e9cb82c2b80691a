-- title: Fees, summed
-- about: What was charged by customer, month (UTC), kind of movement and currency, and in basis points of the gross amounts that it was taken of, a record's once; what was taken of none has a line of its own. Of this month and the one before, or of the period that was asked for. Of lists that this night read to their end.
-- columns: month text, customer_id text, partner_customer_ref text, category text, cause text, currency text, fees integer,
--   gross money(currency), fee money(currency), basis_points money
-- order: month, partner_customer_ref, customer_id, category, cause, currency, gross

WITH charged AS (
  SELECT *, strftime(charged_at, '%Y-%m') AS month, CASE WHEN is_own THEN 'posted by itself' ELSE 'within the transaction' END AS cause FROM recon.charge
  WHERE CASE getvariable('period')
    WHEN 'all' THEN TRUE
    WHEN 'night' THEN charged_at >= date_trunc('month', recon.started_at()) - INTERVAL 1 MONTH
    ELSE charged_at >= getvariable('period_from') AND charged_at < getvariable('period_until') END
),
-- Of one record several fees may be posted, and given back.
taken AS (
  SELECT month, customer_id, category, cause, currency, 1 AS fees, gross, fee FROM charged WHERE NOT is_own
  UNION ALL BY NAME
  SELECT month, customer_id, category, cause, currency, count(*) AS fees, any_value(gross) AS gross, recon.exact_sum(fee) AS fee
  FROM charged WHERE is_own GROUP BY month, customer_id, category, cause, currency, resource_type, record_id
),
summed AS (
  SELECT month, customer_id, category, cause, currency, sum(fees)::BIGINT AS fees, recon.exact_sum(gross) AS gross, recon.exact_sum(fee) AS fee
  FROM taken GROUP BY month, customer_id, category, cause, currency, gross IS NULL
)
SELECT s.*, c.partner_customer_ref, recon.basis_points(fee, gross) AS basis_points
FROM summed AS s LEFT JOIN main.customers AS c ON c.customer_id = s.customer_id
