-- about: Records that name another one which their customer's list does not hold: a refund its deposit, a conversion its quote, a payment its checkout.
-- kind: table
-- stream: The list of the record that names.
-- record_id: The record that names.
-- customer_id: Its customer.
-- created_at: When it was created.
-- named_stream: The list that should hold the named record.
-- named_id: The record that is named.
-- noun: What a person calls it.
-- owner: The other customer on whose list it stands; NULL where it stands on none.
-- read_from: When reading the list that should hold it began: grace is counted to here.
-- obstacle: Why it cannot be called missing, in a sentence.
WITH naming AS (
  SELECT stream, record_id, customer_id, created_at, of_stream AS named_stream, of_record AS named_id, of_noun AS noun FROM recon.refund
  UNION ALL
  SELECT 'conversions', conversion_id, customer_id, created_at, 'conversion_quotes', quote_id, 'quote' FROM recon.conversion
  UNION ALL
  SELECT stream, record_id, customer_id, created_at, 'checkouts', checkout_id, 'checkout' FROM recon.product_record
  WHERE stream = 'collection_payments' AND class <> 'void' AND checkout_id IS NOT NULL
),
listed AS (
  SELECT stream, record_id, customer_id FROM recon.product_record WHERE recon.can_be_refunded(stream)
  UNION ALL
  SELECT 'conversion_quotes', quote_id, customer_id FROM recon.conversion_quote WHERE obstacle IS NULL
  UNION ALL
  -- A checkout that was on the list once exists: that it is gone is told by COV_VANISHED.
  SELECT 'checkouts', checkout_id, customer_id FROM main.checkouts
),
unmatched AS (
  SELECT n.*, l.customer_id AS owner FROM naming AS n LEFT JOIN listed AS l ON l.stream = n.named_stream AND l.record_id = n.named_id
  WHERE l.customer_id IS DISTINCT FROM n.customer_id
),
-- A record that cannot be read exists, and one whose id cannot be read may be any of its customer's.
refused AS (
  SELECT stream, record_id, min(name) AS name FROM recon.refused WHERE record_id IS NOT NULL GROUP BY stream, record_id
),
nameless AS (
  SELECT stream, customer_id, min(name) AS name FROM recon.refused WHERE record_id IS NULL GROUP BY stream, customer_id
)
SELECT u.*, coalesce(r.began_at, recon.started_at()) AS read_from,
  CASE WHEN u.owner IS NULL THEN coalesce(
    r.obstacle, CASE WHEN r.is_proven IS NOT TRUE THEN concat(u.named_stream, ' of the customer were not read') END, f.name, l.name) END AS obstacle
FROM unmatched AS u
LEFT JOIN recon.reading AS r ON r.customer_id = u.customer_id AND r.stream = u.named_stream
LEFT JOIN refused AS f ON f.stream = u.named_stream AND f.record_id = u.named_id
LEFT JOIN nameless AS l ON l.stream = u.named_stream AND l.customer_id = u.customer_id
