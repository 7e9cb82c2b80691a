-- severity: high
-- family: balances
-- definition: The customer has no balance row, and the sum of what was posted, or the balance that was read last with what moved since, is not zero.
-- finds: A deposit of 75 EUR was posted, and the customer has no balance row in EUR. Or yesterday's row said 100, nothing moved, and today there is none.
-- silent: 60 EUR came in and 60 EUR went out, and there is no balance row in EUR: one of zero may be left out.
-- action: Ask the partner where the money is: transactions or the last balance say that there should be some.
-- rests on: customer
-- accepts: difference
SELECT CASE WHEN c.inception_obstacle IS NOT NULL THEN 'unproven' ELSE 'exception' END AS outcome, c.inception_obstacle AS obstacle,
  'balances' AS stream, c.record_id, c.network AS leg, c.customer_id, c.currency, g.lacking AS expected, 0 AS actual,
  concat('No balance, but ', CASE WHEN g.lacking IS DISTINCT FROM c.since_inception OR c.newest_posted_at IS NULL
    THEN concat('the last one, of ', recon.money(c.last_total, c.currency), ' at ', recon.moment(c.last_as_of), ', and what was posted since make ')
    ELSE 'posted transactions make ' END, recon.money(g.lacking, c.currency)) AS detail
FROM recon.closing AS c
JOIN recon.gone_balance AS g ON g.customer_id = c.customer_id AND g.currency = c.currency AND g.network_key = c.network_key
WHERE c.has_balances AND (g.lacking <> 0 OR c.inception_obstacle IS NOT NULL AND (c.newest_posted_at IS NOT NULL OR c.last_total <> 0))
UNION ALL BY NAME
-- Where all that is known of a currency is a transaction that cannot be read, a balance may be lacking too.
SELECT 'unproven' AS outcome, min(d.name) AS obstacle, 'balances' AS stream, concat_ws('/', d.customer_id, d.currency) AS record_id, nullif(d.network, '') AS leg,
  d.customer_id, d.currency
FROM recon.doubtful_posting AS d
JOIN recon.reading AS b ON b.customer_id = d.customer_id AND b.stream = 'balances'
ANTI JOIN recon.closing AS c ON c.customer_id = d.customer_id AND c.currency = d.currency
WHERE d.currency IS NOT NULL AND (b.is_proven OR b.obstacle IS NOT NULL)
GROUP BY d.customer_id, d.currency, d.network
