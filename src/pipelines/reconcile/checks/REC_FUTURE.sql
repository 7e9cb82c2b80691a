-- severity: high
-- family: records
-- definition: A record says that it was completed, or posted, later than the API's own clock when it answered.
-- finds: A deposit whose transaction is posted a year ahead, so that no balance holds it until then.
-- silent: One that is two minutes ahead of the answer's Date, or a checkout that ends tomorrow.
-- action: Ask the partner to correct the time: the money counts as posted for its record, and no balance will hold it until then.
-- settings: futureMinutes = 5
-- rests on: list
-- accepts: done_at
SELECT recon.outcome(r.obstacle, FALSE) AS outcome, r.obstacle, k.stream, k.record_id, k.customer_id, k.done_at,
  concat(k.status, CASE k.stream WHEN 'transactions' THEN ', and posted at ' ELSE ', and completed at ' END, recon.moment(k.done_at),
    ', which lay ahead when its list was read at ', recon.moment(r.ended_at)) AS detail
FROM recon.known_record AS k
JOIN recon.reading AS r ON r.customer_id = k.customer_id AND r.stream = k.stream
WHERE (r.obstacle IS NOT NULL OR r.is_proven AND k.last_seen_run = recon.run())
  AND k.done_at > r.ended_at + to_minutes(recon.number_of('REC_FUTURE', 'futureMinutes'))
  -- Asked of the lists themselves, so that a list without any is not read.
  AND k.done_at > recon.first_answer()
