-- title: Lists that were not read to their end
-- about: Nothing is called absent from these lists, and no sum over them is judged.
-- columns: state text, customer_id text, partner_customer_ref text, stream text, reason text
-- order: state_order, partner_customer_ref, customer_id, stream

SELECT v.*, c.partner_customer_ref, list_position(['FAILED', 'PARTIAL', 'DENIED'], v.state) AS state_order
FROM recon.coverage AS v
LEFT JOIN main.customers AS c ON c.customer_id = v.customer_id
WHERE v.run_id = getvariable('run') AND v.state IN ('FAILED', 'PARTIAL', 'DENIED')
