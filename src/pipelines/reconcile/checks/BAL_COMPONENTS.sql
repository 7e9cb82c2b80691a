-- severity: high
-- family: balances
-- definition: available + held is not total.
-- finds: A balance of 90.00 available and 9.99 held with a total of 100.00.
-- silent: A balance of 90.00 available and 10.00 held with a total of 100.00.
-- action: Ask the partner which of the three is right: what can be spent is not known.
-- rests on: customer
-- accepts: difference
SELECT 'balances' AS stream, concat_ws('/', customer_id, currency) AS record_id, network AS leg, customer_id, currency,
  TRY(available + held) AS expected, total AS actual,
  concat('Available ', recon.money(available, currency), ' and held ', recon.money(held, currency), ' do not make the total of ', recon.money(total, currency)) AS detail
FROM recon.balance
WHERE is_listed AND TRY(available + held) IS DISTINCT FROM total
