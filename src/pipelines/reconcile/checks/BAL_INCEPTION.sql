-- severity: critical
-- family: balances
-- definition: total is not the sum of all posted net amounts, credits less debits, up to asOf.
-- finds: A balance of 100.01 where all that was ever posted comes to 100.00.
-- silent: The same balance where a transaction of 0.01 was posted before asOf, or one of 5.00 after it.
-- action: Ask the partner what else moved the balance, or which transaction it lacks.
-- settings: tolerance
-- rests on: customer
-- accepts: difference
SELECT CASE WHEN inception_obstacle IS NOT NULL THEN 'unproven' ELSE 'exception' END AS outcome, inception_obstacle AS obstacle,
  'balances' AS stream, record_id, c.network AS leg, c.customer_id, c.currency, since_inception AS expected, total AS actual, inception_tolerance AS tolerance,
  concat('Balance of ', recon.money(total, c.currency), ', but all that was posted makes ', recon.money(since_inception, c.currency), coalesce(', and it would not tie with ' || inception_beside || ', either', ''), coalesce('; suspects: ' || x.suspects, '')) AS detail
FROM recon.closing AS c
LEFT JOIN recon.suspicion AS x ON x.code = 'BAL_INCEPTION' AND x.customer_id = c.customer_id AND x.currency = c.currency AND x.network IS NOT DISTINCT FROM c.network
WHERE c.is_listed AND (c.inception_obstacle IS NOT NULL OR NOT c.inception_ties)
UNION ALL BY NAME
-- What moved since a balance that stands still is in no balance that could prove it.
SELECT 'unproven' AS outcome, concat('its balance stands still since ', recon.moment(stated_as_of)) AS obstacle, 'balances' AS stream, record_id, network AS leg,
  customer_id, currency, since AS actual, abs(since) AS at_stake, concat(postings_since, ' transaction', CASE WHEN postings_since > 1 THEN 's' END, ' posted since are in no balance') AS detail
FROM recon.closing
WHERE is_old AND postings_since > 0 AND inception_obstacle IS NULL AND inception_ties
