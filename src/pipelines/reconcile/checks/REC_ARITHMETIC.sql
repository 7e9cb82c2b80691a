-- severity: high
-- family: records
-- definition: amount, fee and netAmount do not agree: netAmount is amount - fee for a credit, amount + fee for a debit. Or an amount is below zero.
-- finds: A deposit of 100 with a fee of 1 and a netAmount of 101: a fee makes a credit smaller. Or a deposit of -100, which is money that leaves under the name of money that comes.
-- silent: A withdrawal of 100 with a fee of 1 and a netAmount of 101.
-- action: Ask the partner which of the three amounts is right, or what a negative one means; netAmount is what the money test goes by.
-- rests on: list
-- accepts: currency, expected, actual
WITH stated AS (
  SELECT 'transactions' AS stream, transaction_id AS record_id, customer_id, direction, currency, amount, fee, net_amount FROM recon.transaction
  UNION ALL BY NAME
  SELECT stream, record_id, customer_id, direction, currency, amount, fee, net_amount FROM recon.product_record
),
computed AS (
  -- What leaves the type cannot be the net amount. A conversion's amounts are not one sum; it states no net amount.
  SELECT *, CASE WHEN net_amount IS NULL THEN NULL WHEN direction = 'CREDIT' THEN TRY(amount - fee) ELSE TRY(amount + fee) END AS expected FROM stated
)
SELECT stream, record_id, customer_id, currency, expected, coalesce(net_amount, amount) AS actual,
  CASE WHEN expected IS DISTINCT FROM net_amount
    THEN concat('amount ', recon.plain(amount), CASE direction WHEN 'CREDIT' THEN ' - ' ELSE ' + ' END, 'fee ', recon.plain(fee), ' is not netAmount ', recon.plain(net_amount))
    ELSE concat('amount ', recon.plain(amount), ' is below zero') END AS detail
FROM computed WHERE expected IS DISTINCT FROM net_amount OR amount < 0
