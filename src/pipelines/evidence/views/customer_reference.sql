-- about: Whose a reference of the partner's is, by the roster. A reference that several customers have is nobody's.
-- partner_customer_ref: The partner's reference.
-- customer_id: The one customer that has it.
SELECT partner_customer_ref, min(customer_id) AS customer_id FROM main.customers
WHERE partner_customer_ref IS NOT NULL GROUP BY partner_customer_ref HAVING count(*) = 1
