-- about: What went back of each record of a product that has refunds, by the refunds that name it, in its own currency and by its own customer.
-- stream: The record's list.
-- record_id: The record.
-- customer_id: The customer of the refunds.
-- currency: Their currency.
-- settled: The amounts of settled refunds.
-- waiting: The amounts of refunds that are open, and not for longer than they may be.
-- doubtful: The amounts of refunds whose status is outside the contract.
SELECT f.of_stream AS stream, f.of_record AS record_id, f.customer_id, f.currency,
  recon.exact_sum(CASE WHEN f.class = 'settled' THEN f.amount ELSE 0 END) AS settled,
  recon.exact_sum(CASE WHEN f.class = 'open' AND f.created_at + to_hours(recon.limit_hours('AGE_STUCK', f.stream)) > recon.started_at() THEN f.amount ELSE 0 END) AS waiting,
  recon.exact_sum(CASE WHEN f.class = 'unknown' THEN f.amount ELSE 0 END) AS doubtful
FROM recon.refund AS f
WHERE f.of_record IN (SELECT record_id FROM recon.suspect)
GROUP BY ALL
