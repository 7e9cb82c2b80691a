-- about: The closing balances of earlier runs. One that was itself proven can open a later roll-forward, and nothing else can: balances and transactions were whole, and it tied or a person accepted the difference.
-- run_id: The run.
-- customer_id: The customer.
-- currency: The currency, by the name that counts.
-- network: The network, where the balance was judged by network.
-- total: The balance.
-- oldest_as_of: The instant of its oldest row.
-- as_of: The instant of its newest row.
-- is_proven: Whether it was proven.
SELECT r.run_id, r.customer_id, recon.currency_name(r.currency) AS currency, recon.network_name(r.network) AS network, r.reported_closing AS total,
  coalesce(r.closing_oldest_as_of, r.closing_as_of) AS oldest_as_of, r.closing_as_of AS as_of,
  r.reported_closing IS NOT NULL AND (r.standing = 'proven' OR r.standing = 'differs' AND a.closing_run IS NOT NULL) IS TRUE AS is_proven
FROM recon.rollforward AS r
LEFT JOIN recon.accepted_closing AS a ON a.closing_run = r.run_id AND a.customer_id = r.customer_id AND a.currency = r.currency AND a.network IS NOT DISTINCT FROM r.network
WHERE r.run_id < recon.run() AND r.closing_as_of IS NOT NULL
