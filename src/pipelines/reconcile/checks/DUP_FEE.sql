-- severity: high
-- family: duplicates
-- definition: One fee was posted twice: same customer, currency, amount and reference, as people write it, within the window; without a reference only where exactly two stand together.
-- finds: Two fees of 25.00 EUR with the reference "November" within an hour.
-- silent: Three monthly fees of 25.00 EUR; two fees of one amount, of which one was REVERSED or came back; three fees of 1.00 EUR without a reference on one day.
-- action: Ask the partner to give one of them back.
-- settings: windowHours = 12
-- rests on: customer
-- accepts: record_id, counterpart_id
-- unproven when: A transaction that cannot be read may be the other one.
WITH fee AS (
  -- A fee that is part of a record's money is the money test's business.
  SELECT transaction_id, customer_id, currency, net_amount, direction, class, coalesce(resource_id, '') AS resource_id,
    recon.as_written(coalesce(reference, '')) AS reference, reference AS printed, posted_at
  FROM recon.transaction WHERE type = 'FEE' AND is_posted AND NOT names_record
),
charged AS (SELECT * FROM fee WHERE direction = 'DEBIT' AND class = 'settled'),
repeated AS (
  SELECT customer_id, currency, net_amount, resource_id FROM charged GROUP BY ALL HAVING count(*) > 1
),
in_turn AS (
  SELECT c.*, lag(transaction_id) OVER alike AS earlier_id, lag(posted_at) OVER alike AS earlier_at,
    -- Of any reference: a habit is no copy.
    lag(posted_at) OVER equal AS before, lag(posted_at, 2) OVER equal AS before_that, lead(posted_at) OVER equal AS after
  FROM charged AS c SEMI JOIN repeated USING (customer_id, currency, net_amount, resource_id)
  WINDOW alike AS (PARTITION BY customer_id, currency, net_amount, resource_id, reference ORDER BY posted_at, transaction_id),
    equal AS (PARTITION BY customer_id, currency, net_amount, resource_id ORDER BY posted_at, transaction_id)
),
copy AS (
  SELECT *, row_number() OVER (PARTITION BY customer_id, currency, net_amount, resource_id, reference ORDER BY posted_at, transaction_id) AS place
  FROM in_turn
  WHERE posted_at <= earlier_at + to_hours(recon.number_of('DUP_FEE', 'windowHours'))
    AND (reference <> '' OR before = earlier_at AND coalesce(before_that + INTERVAL 48 HOUR < earlier_at, TRUE) AND coalesce(posted_at + INTERVAL 48 HOUR < after, TRUE))
),
-- Fees that came back, beyond those that took back a REVERSED one: each of them covers one copy.
returned AS (
  SELECT customer_id, currency, net_amount, resource_id, reference, count(*) FILTER (direction = 'CREDIT') - count(*) FILTER (direction = 'DEBIT') AS times
  FROM fee WHERE direction = 'CREDIT' OR class = 'undone'
  GROUP BY ALL
),
found AS (
  SELECT c.* FROM copy AS c LEFT JOIN returned AS r USING (customer_id, currency, net_amount, resource_id, reference)
  WHERE c.place > coalesce(r.times, 0)
),
refused AS (
  SELECT record_id, customer_id, recon.currency_name(recon.text_if_readable(readable, 'currency')) AS currency,
    TRY_CAST(readable['net_amount'] AS DECIMAL(38,18)) AS net_amount, recon.text_if_readable(readable, 'resource_id') AS resource_id,
    recon.as_written(recon.text_if_readable(readable, 'reference')) AS reference,
    TRY_CAST(coalesce(readable['posted_at'], readable['updated_at'], readable['created_at']) AS TIMESTAMPTZ) AS posted_at, name
  FROM recon.refused
  WHERE stream = 'transactions' AND recon.may_be(readable, 'type', 'FEE') AND recon.may_be(readable, 'direction', 'DEBIT')
    AND recon.may_be_settled('transactions', readable)
),
doubtful AS (
  SELECT CASE WHEN r.posted_at > c.posted_at THEN r.record_id ELSE c.transaction_id END AS record_id, c.customer_id, c.currency, c.net_amount, r.name
  FROM refused AS r JOIN charged AS c ON c.customer_id = r.customer_id
    AND recon.may_equal(r.currency, c.currency) AND recon.may_equal(r.net_amount, c.net_amount) AND recon.may_equal(r.resource_id, c.resource_id)
    AND recon.may_equal(r.reference, c.reference)
    AND coalesce(r.posted_at BETWEEN c.posted_at - to_hours(recon.number_of('DUP_FEE', 'windowHours'))
      AND c.posted_at + to_hours(recon.number_of('DUP_FEE', 'windowHours')), TRUE)
)
SELECT 'exception' AS outcome, NULL AS obstacle, 'transactions' AS stream, transaction_id AS record_id, earlier_id AS counterpart_id, customer_id, currency,
  0 AS expected, net_amount AS actual,
  concat('Fee of ', recon.money(net_amount, currency), coalesce(' with the reference ' || nullif(printed, ''), ''), ' was posted before, at ', recon.moment(earlier_at)) AS detail
FROM found
UNION ALL BY NAME
SELECT 'unproven' AS outcome, min(name) AS obstacle, 'transactions' AS stream, record_id, customer_id, currency, net_amount AS actual
FROM doubtful ANTI JOIN (SELECT transaction_id AS record_id FROM found) AS f USING (record_id)
WHERE record_id IS NOT NULL
GROUP BY ALL
