-- about: What went back of each record of a product that has refunds, by the refunds that name it, in its own currency and by its own customer.
-- stream: The record's list.
-- record_id: The record.
-- customer_id: The customer of the refunds.
-- currency: Their currency.
-- settled: The amounts of settled refunds.
-- waiting: The amounts of refunds that are open.
-- doubtful: The amounts of refunds whose status is outside the contract.
SELECT f.of_stream AS stream, f.of_record AS record_id, f.customer_id, f.currency,
  coalesce(sum(f.amount) FILTER (f.class = 'settled'), 0) AS settled, coalesce(sum(f.amount) FILTER (f.class = 'open'), 0) AS waiting,
  coalesce(sum(f.amount) FILTER (f.class = 'unknown'), 0) AS doubtful
FROM recon.refund AS f
WHERE f.of_record IN (SELECT record_id FROM recon.suspect)
GROUP BY ALL
