-- about: The balance rows that the judged run read, and those that an earlier run read last and that are gone: of customers whose list of balances was read to its end. Names of currencies and networks are made one.
-- kind: table
-- customer_id: The customer.
-- currency: The currency, by the name that counts.
-- network: The network, by the name that counts; NULL where the row states none.
-- available: What can be spent.
-- held: What is set aside.
-- total: What there is.
-- as_of: The instant of the row.
-- is_listed: Whether the judged run read it.
-- last_seen_run: The last run that read it.
-- read_from: When reading the customer's balances began.
-- answered_at: By the API's clock, when it gave the last of them.
-- is_ahead: Whether as_of lies ahead of that clock, by more than clocks may differ.
WITH answer AS (
  SELECT customer_id, max(server_time) AS answered_at FROM raw.pages
  WHERE run_id = recon.run() AND stream = 'balances'
  GROUP BY customer_id
)
SELECT b.customer_id, recon.currency_name(b.currency) AS currency, recon.network_name(b.network) AS network, b.available, b.held, b.total, b.as_of,
  b.last_seen_run = recon.run() AS is_listed, b.last_seen_run, r.began_at AS read_from, coalesce(a.answered_at, r.began_at) AS answered_at,
  b.as_of > recon.latest_instant(coalesce(a.answered_at, r.began_at)) AS is_ahead
FROM main.balances AS b
JOIN recon.reading AS r ON r.customer_id = b.customer_id AND r.stream = 'balances' AND r.is_proven
LEFT JOIN answer AS a ON a.customer_id = b.customer_id
