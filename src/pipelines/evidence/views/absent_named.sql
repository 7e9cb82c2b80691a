-- about: Records that name an account or a checkout which no list holds or held; on a customer's first night those that are older than 90 days are passed over, because a list may have left out what is long gone.
-- kind: table
-- stream: The list of the record that names.
-- noun: What a person calls the record.
-- record_id: The record that names.
-- customer_id: Its customer.
-- currency: Its currency.
-- amount: Its amount.
-- created_at: When it was created.
-- named_stream: The list that should hold what it names.
-- named_noun: What a person calls what is named.
-- named_id: What it names.
-- read_from: When reading that list began: grace is counted to here.
-- obstacle: Why it cannot be called absent, in a sentence.
-- gap: In a sentence, where more than a fifth of at least 20 of the customer's records name what is absent: the list seems to leave some out.
WITH nowhere AS (
  SELECT stream, noun, record_id, customer_id, currency, amount, created_at, first_seen_run, account_stream AS named_stream, account_noun AS named_noun, account_id AS named_id,
    read_from, coalesce(unread, refused) AS obstacle
  FROM recon.stray_account WHERE NOT own_account AND owner IS NULL
  UNION ALL
  SELECT r.stream, r.noun, r.record_id, r.customer_id, r.currency, r.amount, r.created_at, r.first_seen_run, m.named_stream, m.noun, m.named_id, m.read_from, m.obstacle
  FROM recon.missing_named AS m JOIN recon.product_record AS r ON r.record_id = m.record_id
  WHERE m.named_stream = 'checkouts' AND m.owner IS NULL AND r.stream = 'collection_payments'
),
absent AS (
  SELECT o.*
  FROM nowhere AS o
  LEFT JOIN recon.first_night AS f ON f.customer_id = o.customer_id AND f.stream = o.stream
  WHERE NOT coalesce(o.first_seen_run <= f.run_id AND o.created_at < f.started_at - INTERVAL 90 DAY, FALSE)
),
counted AS (
  SELECT customer_id, stream, named_stream, count(*) AS absent FROM absent WHERE obstacle IS NULL GROUP BY customer_id, stream, named_stream
),
naming AS (
  SELECT r.customer_id, r.stream, p.account_stream AS named_stream
  FROM recon.product_record AS r JOIN recon.product AS p ON p.stream = r.stream
  WHERE r.account_id IS NOT NULL AND r.class <> 'void'
  UNION ALL
  SELECT customer_id, stream, 'checkouts' FROM recon.product_record WHERE stream = 'collection_payments' AND checkout_id IS NOT NULL AND class <> 'void'
),
gap AS (
  SELECT c.customer_id, c.stream, c.named_stream, any_value(c.absent) AS absent, count(*) AS records
  FROM counted AS c JOIN naming AS n ON n.customer_id = c.customer_id AND n.stream = c.stream AND n.named_stream = c.named_stream
  GROUP BY c.customer_id, c.stream, c.named_stream HAVING count(*) >= 20 AND any_value(c.absent) * 5 > count(*)
)
SELECT a.* EXCLUDE first_seen_run,
  CASE WHEN a.obstacle IS NULL AND g.records IS NOT NULL THEN concat(g.absent, ' of ', g.records, ' ', a.noun, 's name a ', a.named_noun, ' that is not on ', a.named_stream, ': the list seems to leave some out') END AS gap
FROM absent AS a LEFT JOIN gap AS g ON g.customer_id = a.customer_id AND g.stream = a.stream AND g.named_stream = a.named_stream
