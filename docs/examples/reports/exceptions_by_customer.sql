-- title: Exceptions by customer
-- about: How many live exceptions each customer has, and the oldest of them.
-- columns: customer_id text, partner_customer_ref text, exceptions integer, oldest time
-- order: exceptions desc, customer_id

SELECT e.customer_id, c.partner_customer_ref, count(*) AS exceptions, min(e.first_seen) AS oldest
FROM recon.exceptions AS e
LEFT JOIN main.customers AS c ON c.customer_id = e.customer_id
WHERE e.state IN ('open', 'acknowledged', 'reopened')
GROUP BY e.customer_id, c.partner_customer_ref
