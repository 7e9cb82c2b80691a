-- severity: critical
-- family: balances
-- definition: The opening balance, the last that was itself proven, and the movements posted since do not make the closing balance.
-- finds: Yesterday's balance was 100 and 20 was posted since, and today's is 115. Or a deposit that was posted before yesterday's reading came to light only today.
-- silent: A deposit posted at the very instant of today's reading and contained in it. A first night, where nothing was proven before: BAL_INCEPTION alone speaks.
-- action: Ask the partner what moved the balance. It opens at the same closing until it ties or you accept the difference (exceptions write-off), also that of BAL_INCEPTION where it stands beside it.
-- settings: tolerance
-- rests on: customer
-- accepts: difference
SELECT CASE WHEN rolled_obstacle IS NOT NULL THEN 'unproven' ELSE 'exception' END AS outcome, rolled_obstacle AS obstacle,
  'balances' AS stream, record_id, c.network AS leg, c.customer_id, c.currency, rolled AS expected, total AS actual, rolled_tolerance AS tolerance,
  concat('Opening balance of ', recon.money(opening, c.currency), ' at ', recon.moment(opening_as_of), ' and movements of ', recon.money(TRY(rolled - opening), c.currency),
    ' since, but the closing balance is ', recon.money(total, c.currency), coalesce(', and it would not tie with ' || rolled_beside || ', either', ''), coalesce('; suspects: ' || x.suspects, '')) AS detail
FROM recon.closing AS c
LEFT JOIN recon.suspicion AS x ON x.code = 'BAL_ROLLFORWARD' AND x.customer_id = c.customer_id AND x.currency = c.currency AND x.network IS NOT DISTINCT FROM c.network
WHERE c.is_listed AND c.opening IS NOT NULL AND (c.rolled_obstacle IS NOT NULL OR NOT c.rolled_ties)
