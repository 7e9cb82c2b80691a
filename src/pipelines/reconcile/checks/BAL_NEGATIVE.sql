-- severity: high
-- family: balances
-- definition: total or available is below zero.
-- finds: A balance of 100 with 130 held, so that -30 is available.
-- silent: A balance of zero.
-- action: Ask the partner how more could leave than was there, and who covers it.
-- rests on: customer
-- accepts: difference
SELECT 'balances' AS stream, concat_ws('/', customer_id, currency) AS record_id, network AS leg, customer_id, currency, 0 AS expected,
  least(total, available) AS actual, concat('Total ', recon.money(total, currency), ', available ', recon.money(available, currency)) AS detail
FROM recon.balance
WHERE is_listed AND (total < 0 OR available < 0)
