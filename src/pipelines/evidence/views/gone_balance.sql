-- about: Balances of which no row is listed, and what they lack: the balance that was read last with what was posted since, else what was posted at all. A row of zero may be left out.
-- customer_id: The customer.
-- currency: The currency.
-- network_key: The network, where the balance is judged by network.
-- lacking: The balance that should be stated; zero where none need be.
WITH posted_since AS (
  SELECT c.customer_id, c.currency, c.network_key,
    recon.exact_sum(CASE WHEN t.posted_at > c.last_as_of THEN t.moved ELSE 0 END) AS later, recon.exact_sum(CASE WHEN t.posted_at = c.last_as_of THEN t.moved ELSE 0 END) AS at_its_instant
  FROM recon.transaction AS t JOIN recon.closing AS c ON c.customer_id = t.customer_id AND c.currency = t.currency
  WHERE NOT c.is_listed AND c.last_total IS NOT NULL AND t.is_posted AND t.posted_at >= c.last_as_of AND t.posted_at <= c.read_from
    AND c.network_key IN ('', t.network)
  GROUP BY c.customer_id, c.currency, c.network_key
),
carried AS (
  SELECT c.*, TRY(c.last_total + coalesce(s.later, 0)) AS without_instant, TRY(c.last_total + coalesce(s.later, 0) + coalesce(s.at_its_instant, 0)) AS with_instant
  FROM recon.closing AS c
  LEFT JOIN posted_since AS s ON s.customer_id = c.customer_id AND s.currency = c.currency AND s.network_key = c.network_key
  WHERE NOT c.is_listed
)
SELECT customer_id, currency, network_key,
  CASE WHEN without_instant <> 0 AND with_instant <> 0 THEN without_instant ELSE coalesce(since_inception, 0) END AS lacking
FROM carried
