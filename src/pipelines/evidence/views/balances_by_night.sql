-- about: What each balance came to, night by night: the closing that the API stated beside the one that the transactions make.
-- night: The night, by the run's start in UTC.
-- run_id: The run.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- currency: The currency.
-- network: The network, where the balance is judged by network.
-- as_of: The instant of the balance.
-- stated: What the API states; NULL where it states none.
-- computed: What the opening and the transactions make.
-- difference: Stated less computed.
-- status: agrees, within tolerance, differs, unstated or unproven.
SELECT n.started_at::DATE AS night, r.run_id, r.customer_id, c.partner_customer_ref, r.currency, r.network, r.closing_as_of AS as_of,
  r.reported_closing AS stated, r.computed_closing AS computed, r.difference, r.status
FROM recon.rollforward AS r
JOIN recon.runs AS n ON n.run_id = r.run_id
LEFT JOIN main.customers AS c ON c.customer_id = r.customer_id
