-- severity: high
-- family: age
-- definition: A crypto deposit waits for Travel Rule information longer than a day.
-- finds: A crypto deposit that has been PENDING_TRAVEL_RULE since the day before yesterday.
-- silent: One that has been PENDING_TRAVEL_RULE for 23 hours.
-- action: Give the partner the information that the Travel Rule asks for, or have the deposit sent back.
-- settings: limitHours = 24
-- rests on: list
-- accepts: status
WITH waiting AS (
  SELECT k.*, r.obstacle, recon.number_of('AGE_TRAVEL_RULE', 'limitHours') AS hours
  FROM recon.known_record AS k
  JOIN recon.reading AS r ON r.customer_id = k.customer_id AND r.stream = k.stream
  WHERE k.stream = 'crypto_deposits' AND k.status = 'PENDING_TRAVEL_RULE'
    AND (r.obstacle IS NOT NULL OR r.is_proven AND k.last_seen_run = recon.run())
)
SELECT recon.outcome(obstacle, FALSE) AS outcome, obstacle, stream, record_id, customer_id, currency, amount AS actual, status,
  concat(status, ' since ', recon.moment(created_at), ', and the limit is ', hours, CASE hours WHEN 1 THEN ' hour' ELSE ' hours' END) AS detail
FROM waiting WHERE created_at + to_hours(hours) < recon.started_at()
