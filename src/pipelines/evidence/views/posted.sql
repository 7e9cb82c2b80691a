-- about: What was posted, summed once for each balance by kind and by where it lies in time: everything that balances are compared with. Whole units and what follows the point are summed apart, which cannot overflow.
-- kind: table
-- customer_id: The customer.
-- currency: The currency.
-- network_key: The network, where the balance is judged by network; nothing elsewhere.
-- type: The transactions' type.
-- resource_type: The kind of record that they name.
-- direction: CREDIT or DEBIT.
-- is_posted: FALSE for those whose status is outside the contract, which may have moved the balance or not.
-- place: before the opening; at its instant (between its instants, where rows are summed that were read apart); within the period; at the closing's instant or between its instants; since the closing and before it was read; later.
-- transactions: How many.
-- undated: How many of them say no postedAt.
-- newest_posted_at: The newest of them.
-- whole: The sum of the whole units of very large amounts, with sign; NULL where there is none.
-- rest: The sum of what follows the point, and of amounts that are summed whole.
WITH edge AS (
  SELECT customer_id, currency, network_key, CASE WHEN is_listed THEN oldest_as_of END AS oldest_as_of, CASE WHEN is_listed THEN as_of END AS as_of,
    opening_oldest_as_of, opening_as_of
  FROM recon.balance_unit
  UNION ALL
  -- Where a currency is judged by network, what states none was posted after all of them.
  SELECT customer_id, currency, '', max(as_of), max(as_of), NULL, NULL FROM recon.balance_unit WHERE network IS NOT NULL
  GROUP BY customer_id, currency
),
by_network AS (
  SELECT DISTINCT customer_id, currency FROM recon.balance_unit WHERE network IS NOT NULL
),
-- A currency without a row is not stated as of what the customer's other rows say, however late that is; a day late at most.
reading AS (
  SELECT r.customer_id, r.began_at,
    CASE WHEN max(b.as_of) IS NULL THEN r.began_at
      ELSE least(greatest(max(b.as_of), recon.stale_before(r.began_at)), recon.latest_instant(r.began_at)) END AS unstated_as_of
  FROM recon.reading AS r LEFT JOIN recon.balance AS b ON b.customer_id = r.customer_id AND b.is_listed
  WHERE r.stream = 'balances'
  GROUP BY r.customer_id, r.began_at
),
placed AS (
  SELECT t.customer_id, t.currency, coalesce(CASE WHEN n.currency IS NOT NULL THEN t.network END, '') AS network_key, t.type,
    CASE WHEN t.resource_id IS NOT NULL THEN t.resource_type END AS resource_type, t.direction, t.is_posted, t.is_undated, t.posted_at,
    CASE t.direction WHEN 'CREDIT' THEN t.net_amount ELSE -t.net_amount END AS moved
  FROM recon.transaction AS t
  LEFT JOIN by_network AS n ON n.customer_id = t.customer_id AND n.currency = t.currency
  WHERE t.is_posted OR t.class = 'unknown'
)
SELECT p.customer_id, p.currency, p.network_key, p.type, p.resource_type, p.direction, p.is_posted,
  CASE
    WHEN p.posted_at > coalesce(e.as_of, r.unstated_as_of, recon.started_at()) THEN CASE WHEN p.posted_at > r.began_at THEN 'later' ELSE 'since' END
    WHEN p.posted_at >= e.oldest_as_of THEN 'at closing'
    WHEN e.opening_as_of IS NULL OR p.posted_at > e.opening_as_of THEN 'within'
    WHEN p.posted_at >= e.opening_oldest_as_of THEN 'at opening'
    ELSE 'before'
  END AS place,
  count(*) AS transactions, count(*) FILTER (p.is_undated) AS undated, max(p.posted_at) AS newest_posted_at,
  sum(recon.large_part(p.moved)) AS whole, sum(recon.rest_of(p.moved)) AS rest
FROM placed AS p
LEFT JOIN edge AS e ON e.customer_id = p.customer_id AND e.currency = p.currency AND e.network_key = p.network_key
LEFT JOIN reading AS r ON r.customer_id = p.customer_id
GROUP BY ALL
