-- severity: high
-- family: records
-- definition: A record left a settled, void or undone state for an open one, or a transaction that was posted says that it FAILED. Resolved when that is so no longer.
-- finds: A withdrawal that FAILED last night and is PROCESSING tonight; a transaction that was COMPLETED last night and FAILED tonight, as if it had never moved a balance.
-- silent: A withdrawal that went from PENDING to PROCESSING, or a COMPLETED deposit, or its transaction, that was REVERSED.
-- action: Ask the partner why a closed record is open again, as its money may move a second time; or why a posting was struck out and not reversed.
-- rests on: list
-- accepts: status
WITH reopened AS (
  SELECT f.stream, f.record_id, f.customer_id, f.status, f.last_seen_run,
    arg_max(f.former_status, f.version) AS former_status, arg_max(f.version_seen_run, f.version) AS closed_run
  FROM recon.former_version AS f
  WHERE f.class = 'open' AND f.former_class IN ('settled', 'void', 'undone')
    -- What was posted is undone by a reversal that stands beside it; a posting that is no longer one changes the past.
    OR f.stream = 'transactions' AND f.class = 'void' AND f.former_class IN ('settled', 'undone')
  GROUP BY f.stream, f.record_id, f.customer_id, f.status, f.last_seen_run
  -- Of two customers' records of one id each has a state of its own (REC_CONTRADICTED).
  HAVING NOT bool_or(f.is_anothers)
)
SELECT recon.outcome(r.obstacle, FALSE) AS outcome, r.obstacle, o.stream, o.record_id, o.customer_id, o.status,
  concat('was ', o.former_status, ' as run ', o.closed_run, ' saw it, and is ', o.status) AS detail
FROM reopened AS o
JOIN recon.reading AS r ON r.customer_id = o.customer_id AND r.stream = o.stream
WHERE r.obstacle IS NOT NULL OR r.is_proven AND o.last_seen_run = recon.run()
