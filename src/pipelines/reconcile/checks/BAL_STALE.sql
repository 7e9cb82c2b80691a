-- severity: high
-- family: balances
-- definition: Something was posted since an asOf that is older than limitHours, or asOf lies ahead.
-- finds: A balance as of five days ago, and a deposit that was posted three days ago. Or a balance as of tomorrow.
-- silent: A balance as of five days ago in which nothing moved since, or one as of twenty hours ago.
-- action: Ask the partner for a balance of today: until then what moved since is proven by nothing.
-- settings: grace, limitHours = 24, futureMinutes = 5
-- rests on: customer
-- accepts: difference
WITH old AS (
  SELECT *, CASE WHEN postings_since = 0 THEN coalesce(unread_transactions, name_since) END AS in_the_way FROM recon.closing WHERE is_old
)
SELECT CASE WHEN in_the_way IS NOT NULL THEN 'unproven' ELSE 'exception' END AS outcome, in_the_way AS obstacle,
  'balances' AS stream, record_id, network AS leg, customer_id, currency, since AS expected, 0 AS actual, abs(since) AS at_stake,
  concat('Balance as of ', recon.moment(stated_as_of), ', but ', postings_since, ' transaction', CASE WHEN postings_since > 1 THEN 's of ' ELSE ' of ' END,
    recon.money(since, currency), CASE WHEN postings_since > 1 THEN ' together were' ELSE ' was' END, ' posted since') AS detail
FROM old
WHERE (postings_since > 0 OR in_the_way IS NOT NULL) AND NOT (SELECT is_still AND has_clock FROM recon.standstill)
UNION ALL BY NAME
SELECT 'exception' AS outcome, 'balances' AS stream, record_id, network AS leg, customer_id, currency, total AS actual,
  concat('Balance as of ', recon.moment(stated_as_of), ', which lies ahead of ', recon.moment(as_of), ', when it was read') AS detail
FROM recon.closing WHERE is_ahead
