-- severity: high
-- family: balances
-- definition: available + held is not total.
-- finds: A balance of 90.00 available and 9.99 held with a total of 100.00.
-- silent: A balance of 90.00 available and 10.00 held with a total of 100.00.
-- action: Ask the partner which of the three is right: what can be spent is not known.
-- rests on: customer
-- accepts: difference, at_stake
WITH stated AS (
  SELECT *, TRY(available + held) AS parts FROM recon.balance WHERE is_listed
),
off AS (
  SELECT *, coalesce(recon.gap(total, parts), abs(total)) AS gap FROM stated WHERE parts IS DISTINCT FROM total
)
-- Every row is judged by itself; what is off in one currency is one exception, with each of its networks.
SELECT 'balances' AS stream, concat_ws('/', customer_id, currency) AS record_id, string_agg(network, ' ' ORDER BY network) AS leg, customer_id, currency,
  CASE WHEN count(*) = 1 THEN any_value(parts) ELSE recon.exact_sum(parts) END AS expected,
  CASE WHEN count(*) = 1 THEN any_value(total) ELSE recon.exact_sum(total) END AS actual,
  max(gap) AS at_stake,
  string_agg(concat(network || ': ', 'available ', recon.money(available, currency), ' and held ', recon.money(held, currency),
    ' do not make the total of ', recon.money(total, currency)), '; ' ORDER BY network) AS detail
FROM off GROUP BY customer_id, currency
