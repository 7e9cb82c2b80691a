-- severity: medium
-- family: age
-- definition: A record, or a transaction whose record does not wait with it (it names none, or a void one), is open longer than its list's limit (high past three times the limit).
-- finds: A fiat deposit that has been PROCESSING for three days; its limit is two.
-- silent: A fiat deposit that has been PENDING for 47 hours, or one with a status outside the contract (REC_UNKNOWN_STATUS).
-- action: Ask the partner what the record waits for; where its money has moved in full, why it is not settled.
-- settings: limitHours by stream
-- rests on: customer
-- accepts: status
WITH waiting AS (
  SELECT k.stream, k.record_id, k.customer_id, k.status, k.created_at, k.resource_type, k.resource_id, recon.limit_hours('AGE_STUCK', k.stream) AS hours, r.obstacle
  FROM recon.known_record AS k
  JOIN recon.reading AS r ON r.customer_id = k.customer_id AND r.stream = k.stream
  WHERE k.class = 'open' AND (r.obstacle IS NOT NULL OR r.is_proven AND k.last_seen_run = recon.run())
    AND NOT (k.stream = 'crypto_deposits' AND k.status = 'PENDING_TRAVEL_RULE')
),
overdue AS (
  SELECT * FROM waiting WHERE created_at + to_hours(hours) < recon.started_at()
),
-- A transaction waits with its record, unless there is none that could wait.
naming AS (
  SELECT o.stream, o.record_id, o.customer_id, o.resource_type, o.resource_id, kind.stream AS named_stream
  FROM overdue AS o LEFT JOIN recon.product AS kind ON kind.resource_type = o.resource_type
  WHERE o.stream = 'transactions'
),
named AS (
  SELECT k.stream, k.record_id, k.customer_id, k.class FROM recon.known_record AS k
  SEMI JOIN (SELECT resource_id FROM naming GROUP BY resource_id) AS n ON n.resource_id = k.record_id
  WHERE k.last_seen_run = recon.run() AND k.stream <> 'transactions'
),
known AS (
  SELECT n.stream, n.record_id, n.class FROM named AS n
  JOIN recon.reading AS r ON r.customer_id = n.customer_id AND r.stream = n.stream WHERE r.is_proven
),
companion AS (
  SELECT n.stream, n.record_id, n.resource_id IS NULL OR p.class = 'void' AS is_alone,
    coalesce(r.obstacle, f.name) AS obstacle, p.record_id IS NOT NULL AS is_known
  FROM naming AS n
  LEFT JOIN known AS p ON p.stream = n.named_stream AND p.record_id = n.resource_id
  LEFT JOIN recon.reading AS r ON r.customer_id = n.customer_id AND r.stream = n.named_stream
  LEFT JOIN (
    SELECT stream, record_id, min(name) AS name FROM recon.refused WHERE record_id IS NOT NULL GROUP BY stream, record_id
  ) AS f ON f.stream = n.named_stream AND f.record_id = n.resource_id
),
judged AS (
  SELECT o.* EXCLUDE (obstacle), coalesce(o.obstacle, CASE WHEN c.is_alone IS NOT TRUE THEN c.obstacle END) AS obstacle
  FROM overdue AS o LEFT JOIN companion AS c ON c.stream = o.stream AND c.record_id = o.record_id
  -- One whose record is known and not void waits with it; of one whose record cannot be looked at nobody knows.
  WHERE o.stream <> 'transactions' OR c.is_alone OR NOT c.is_known AND c.obstacle IS NOT NULL
),
moved AS (
  SELECT stream, record_id, string_agg(recon.money(actual, currency), ' and ' ORDER BY currency, leg) AS amounts
  FROM recon.money_case WHERE class = 'open' AND actual <> 0 GROUP BY stream, record_id
)
SELECT recon.outcome(j.obstacle, FALSE) AS outcome, j.obstacle, j.stream, j.record_id, j.customer_id, j.status,
  CASE WHEN j.created_at + to_hours(3 * j.hours) < recon.started_at() THEN 'high' END AS severity,
  concat(j.status, ' since ', recon.moment(j.created_at), ', and the limit is ', j.hours, CASE j.hours WHEN 1 THEN ' hour' ELSE ' hours' END,
    CASE WHEN j.resource_id IS NOT NULL THEN concat('; its ', j.resource_type, ' ', j.resource_id, ' will never move money') END,
    coalesce('; ' || m.amounts || ' moved already', '')) AS detail
FROM judged AS j LEFT JOIN moved AS m ON m.stream = j.stream AND m.record_id = j.record_id
