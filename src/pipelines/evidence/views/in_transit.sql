-- about: What was on its way when the judged run read it: expected and not yet posted. Records that are open (posted already or not), records that are settled and still within the grace of their transaction, and transactions of no record that are not posted. Amounts have the sign that they will move the balance with. An undone record whose refund is under way is told by the refund.
-- stream: The list.
-- record_id: The record, or the transaction that names none.
-- leg: The part of the record, where it has several.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- currency: The currency.
-- status: Its status.
-- expected: What it will have moved.
-- posted: What of it is posted already.
-- not_yet_posted: What is still to come.
-- since: Since when: a settled record's completion, else the creation.
-- age_hours: Whole hours from then to the start of the judged run.
-- why: Why it is not posted, in words.
-- transactions: Its transactions that are not posted, by their ids.
WITH waiting AS (
  SELECT stream, record_id, customer_id, currency, array_to_string(list_sort(list(transaction_id)), ' ') AS transactions
  FROM recon.matches AS m SEMI JOIN recon.transaction AS t ON t.transaction_id = m.transaction_id AND NOT t.is_posted
  WHERE m.side = 'transaction' AND m.category = 'in flight' AND m.record_id IS NOT NULL
  GROUP BY stream, record_id, customer_id, currency
),
under_way AS (
  SELECT v.stream, v.record_id, v.leg, v.customer_id, v.currency, v.status, v.signed_net AS expected,
    CASE v.direction WHEN 'CREDIT' THEN m.actual ELSE -m.actual END AS posted,
    CASE WHEN v.class = 'settled' THEN coalesce(v.completed_at, v.updated_at) ELSE v.created_at END AS since,
    CASE WHEN v.class = 'settled' THEN 'settled, and its transaction may still come' ELSE concat('the record is ', v.status) END AS why
  FROM recon.matches AS m
  JOIN recon.movement AS v ON v.stream = m.stream AND v.record_id = m.record_id AND coalesce(v.leg, v.direction) = m.leg
  WHERE m.side = 'movement' AND m.category = 'in flight' AND v.class <> 'undone'
  UNION ALL BY NAME
  SELECT 'transactions' AS stream, t.transaction_id AS record_id, t.customer_id, t.currency, t.status,
    CASE t.direction WHEN 'CREDIT' THEN t.net_amount ELSE -t.net_amount END AS expected, 0 AS posted, t.created_at AS since,
    concat('the transaction is ', t.status) AS why
  FROM recon.transaction AS t WHERE t.class = 'open' AND NOT t.names_record
)
SELECT u.stream, u.record_id, u.leg, u.customer_id, c.partner_customer_ref, u.currency, u.status, u.expected, u.posted,
  TRY(u.expected - u.posted) AS not_yet_posted, u.since, date_diff('second', u.since, recon.started_at()) // 3600 AS age_hours, u.why, w.transactions
FROM under_way AS u
LEFT JOIN waiting AS w ON w.stream = u.stream AND w.record_id = u.record_id AND w.customer_id = u.customer_id AND w.currency = u.currency
LEFT JOIN main.customers AS c ON c.customer_id = u.customer_id
