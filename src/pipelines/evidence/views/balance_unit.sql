-- about: What is judged as one balance: a customer's currency, or each of its networks where the rows and every transaction posted up to them state one. With the closing that the judged run read, or an earlier one read last where the row is gone, and the opening.
-- kind: table
-- customer_id: The customer.
-- currency: The currency.
-- network: The network; NULL where the rows of a currency are summed.
-- network_key: The network, and nothing where rows are summed: transactions meet their unit by it.
-- is_listed: Whether the judged run read a row of it.
-- total: The balance; NULL where its rows make a sum that leaves DECIMAL(38,18).
-- is_ahead: Whether one of its rows is dated ahead of the clock of the answer that carried it; it is taken to be of the answer's instant.
-- stated_as_of: The instant that its newest row states.
-- oldest_as_of: The instant of its oldest row.
-- as_of: The instant of its newest row.
-- read_from: When reading the customer's balances began.
-- opening: The last closing that was itself proven; NULL where there is none.
-- opening_oldest_as_of: The instant of its oldest row.
-- opening_as_of: The instant of its newest row.
-- opening_run: The run that read it.
WITH counted AS (
  -- Where nothing of a currency is listed any more, the rows that were read last, together, are what is gone.
  SELECT * FROM recon.balance
  QUALIFY is_listed
    OR NOT bool_or(is_listed) OVER (PARTITION BY customer_id, currency) AND last_seen_run = max(last_seen_run) OVER (PARTITION BY customer_id, currency)
),
pair AS (
  SELECT customer_id, currency, max(as_of) AS as_of, count(*) FILTER (network IS NULL) AS nameless,
    recon.exact_sum(CASE WHEN network IS NOT NULL THEN total ELSE 0 END) AS named_total, count(network) AS named
  FROM counted GROUP BY customer_id, currency
),
-- A row without network beside rows with one is their total, if it is equal.
addend AS (
  SELECT c.*, p.named > 0 AND p.nameless = 1 AND c.network IS NULL AND c.total = p.named_total AS is_their_total
  FROM counted AS c JOIN pair AS p ON p.customer_id = c.customer_id AND p.currency = c.currency
),
named_pair AS (
  SELECT p.customer_id, p.currency, p.as_of
  FROM pair AS p JOIN addend AS a ON a.customer_id = p.customer_id AND a.currency = p.currency
  WHERE NOT coalesce(a.is_their_total, FALSE)
  GROUP BY p.customer_id, p.currency, p.as_of HAVING bool_and(a.network IS NOT NULL)
),
without_network AS (
  SELECT DISTINCT t.customer_id, t.currency
  FROM recon.transaction AS t JOIN named_pair AS p ON p.customer_id = t.customer_id AND p.currency = t.currency
  WHERE t.is_posted AND t.network IS NULL AND t.posted_at <= p.as_of
),
by_network AS (
  SELECT customer_id, currency FROM named_pair ANTI JOIN without_network USING (customer_id, currency)
),
judged_row AS (
  SELECT a.* EXCLUDE (network, is_their_total), CASE WHEN n.currency IS NOT NULL THEN a.network END AS network
  FROM addend AS a LEFT JOIN by_network AS n ON n.customer_id = a.customer_id AND n.currency = a.currency
  WHERE NOT coalesce(a.is_their_total, FALSE)
  UNION ALL BY NAME
  -- A network that is gone while others of its currency are listed.
  SELECT b.* FROM recon.balance AS b
  SEMI JOIN by_network AS n ON n.customer_id = b.customer_id AND n.currency = b.currency
  ANTI JOIN counted AS c ON c.customer_id = b.customer_id AND c.currency = b.currency AND c.network = b.network
  WHERE b.network IS NOT NULL
),
closing AS (
  SELECT customer_id, currency, network, coalesce(network, '') AS network_key, bool_or(is_listed) AS is_listed,
    CASE WHEN count(*) = 1 THEN any_value(total) ELSE recon.exact_sum(total) END AS total,
    bool_or(is_ahead) AS is_ahead, max(as_of) AS stated_as_of, min(CASE WHEN is_ahead THEN answered_at ELSE as_of END) AS oldest_as_of,
    max(CASE WHEN is_ahead THEN answered_at ELSE as_of END) AS as_of, any_value(read_from) AS read_from
  FROM judged_row GROUP BY customer_id, currency, network
),
-- A closing that was judged by network opens a sum of networks, too, where all of them were proven.
earlier AS (
  SELECT run_id, customer_id, currency, network, total, oldest_as_of, as_of FROM recon.earlier_closing WHERE is_proven
  UNION ALL
  SELECT run_id, customer_id, currency, NULL, recon.exact_sum(total), min(oldest_as_of), max(as_of)
  FROM recon.earlier_closing
  GROUP BY run_id, customer_id, currency HAVING bool_and(is_proven AND network IS NOT NULL)
),
-- A balance that has not moved on since opens nothing: the one before it does.
opening AS (
  SELECT c.customer_id, c.currency, c.network_key, arg_max(e.total, e.run_id) AS total, arg_max(e.oldest_as_of, e.run_id) AS oldest_as_of,
    arg_max(e.as_of, e.run_id) AS as_of, max(e.run_id) AS run_id
  FROM closing AS c JOIN earlier AS e ON e.customer_id = c.customer_id AND e.currency = c.currency AND coalesce(e.network, '') = c.network_key
  WHERE e.total IS NOT NULL AND (e.as_of < c.as_of OR NOT c.is_listed)
  GROUP BY c.customer_id, c.currency, c.network_key
)
SELECT c.*, o.total AS opening, o.oldest_as_of AS opening_oldest_as_of, o.as_of AS opening_as_of, o.run_id AS opening_run
FROM closing AS c
LEFT JOIN opening AS o ON o.customer_id = c.customer_id AND o.currency = c.currency AND o.network_key = c.network_key
