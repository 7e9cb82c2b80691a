-- title: Coverage
-- about: For each list of each customer: whether it was read from its beginning to its end, and what came.
-- columns: customer_id text, partner_customer_ref text, stream text, product text, state text, reason text,
--   problem_code text, pages integer, records integer, duplicate_records integer, quarantined_records integer
-- order: state_order, partner_customer_ref, customer_id, stream

SELECT v.*, c.partner_customer_ref,
  list_position(['FAILED', 'PARTIAL', 'DENIED', 'NOT_APPLICABLE', 'COMPLETE'], v.state) AS state_order
FROM recon.coverage AS v
LEFT JOIN main.customers AS c ON c.customer_id = v.customer_id
WHERE v.run_id = getvariable('run')
