-- severity: medium
-- family: records
-- definition: A record has a status outside the contract, so nobody can say what it means for money.
-- finds: A withdrawal that is ON_HOLD.
-- silent: A withdrawal that is PENDING_APPROVAL, however long.
-- action: Ask the partner what the status means, and say so in the configuration (contract, statuses).
-- rests on: list
-- accepts: status
SELECT recon.outcome(r.obstacle, FALSE) AS outcome, r.obstacle, k.stream, k.record_id, k.customer_id, k.status, concat('the status ', k.status, ' is not in the contract') AS detail
FROM recon.known_record AS k
JOIN recon.reading AS r ON r.customer_id = k.customer_id AND r.stream = k.stream
WHERE k.class = 'unknown' AND (r.obstacle IS NOT NULL OR r.is_proven AND k.last_seen_run = recon.run())
