-- about: How long each settled movement took: from its creation to its completion, and to the transaction that moved the money.
-- stream: The list.
-- record_id: The record.
-- leg: The part of the record, where it has several.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- currency: The currency.
-- amount: Its net amount.
-- created_at: When the record was created.
-- completed_at: When it was completed.
-- posted_at: When the first of its transactions in this currency and direction was posted; NULL where none was.
-- seconds_to_complete: From creation to completion.
-- seconds_to_post: From creation to the posting.
WITH posted AS (
  SELECT resource_type, resource_id, customer_id, currency, direction, min(posted_at) AS posted_at
  FROM recon.transaction WHERE is_posted AND names_record GROUP BY ALL
)
SELECT m.stream, m.record_id, m.leg, m.customer_id, c.partner_customer_ref, m.currency, m.net_amount AS amount, m.created_at, m.completed_at, p.posted_at,
  date_diff('second', m.created_at, m.completed_at) AS seconds_to_complete, date_diff('second', m.created_at, p.posted_at) AS seconds_to_post
FROM recon.movement AS m
LEFT JOIN posted AS p ON p.resource_type = m.resource_type AND p.resource_id = m.record_id AND p.customer_id = m.customer_id
  AND p.currency = m.currency AND p.direction = m.direction
LEFT JOIN main.customers AS c ON c.customer_id = m.customer_id
WHERE m.class = 'settled'
