-- severity: low
-- family: coverage
-- definition: A record was created more than an hour before the start of the last run that walked its list to its end, and is seen only now. An exception of one night: the next one has seen it before.
-- finds: A deposit created at noon yesterday, absent from last night's list and listed tonight.
-- silent: A deposit created fifty minutes before last night's run, one of a customer who is on the roster for the first time, one of a list of which no earlier run got a page, or one that was in quarantine last night.
-- action: Nothing for a single record. Where many come late, figures of the night before were not final: ask the partner how long lists take.
-- settings: limitHours = 1
-- rests on: list
-- accepts: record_id
WITH judged_before AS (
  SELECT coalesce(max(run_id), '') AS run_id FROM recon.runs
  WHERE run_id < recon.run() AND state IN ('reconciled', 'reported')
),
-- What came between two judgements is judged once, however often the lists were read meanwhile.
fresh AS (
  SELECT k.stream, k.record_id, k.customer_id, k.created_at, k.first_seen_run
  FROM recon.known_record AS k
  JOIN main.customers AS c ON c.customer_id = k.customer_id AND c.first_seen_run < k.first_seen_run
  WHERE k.first_seen_run > (SELECT run_id FROM judged_before) AND k.first_seen_run <= recon.run()
),
-- A record that an earlier run could not read was there.
refused_before AS (
  SELECT stream, record_id, min(run_id) AS run_id FROM raw.quarantine WHERE run_id < recon.run() AND record_id IS NOT NULL GROUP BY stream, record_id
),
newcomer AS (
  SELECT f.* FROM fresh AS f
  LEFT JOIN refused_before AS q ON q.stream = f.stream AND q.record_id = f.record_id
  WHERE q.run_id IS NULL OR q.run_id >= f.first_seen_run
),
earlier_reading AS (
  SELECT n.customer_id, n.stream, n.first_seen_run, v.run_id, r.started_at, v.state = 'COMPLETE' AND r.mode = 'full' AS is_walk
  FROM (SELECT DISTINCT customer_id, stream, first_seen_run FROM newcomer) AS n
  JOIN recon.coverage AS v ON v.customer_id = n.customer_id AND v.stream = n.stream AND v.run_id < n.first_seen_run
  JOIN recon.runs AS r ON r.run_id = v.run_id
  WHERE v.pages > 0
),
-- Where a list is read for the first time, nothing is late: no earlier run got a page of it.
last_walk AS (
  SELECT customer_id, stream, first_seen_run, max(run_id) FILTER (is_walk) AS run_id, max(started_at) FILTER (is_walk) AS started_at
  FROM earlier_reading GROUP BY customer_id, stream, first_seen_run
),
nameless AS (
  SELECT DISTINCT run_id, customer_id, stream FROM raw.quarantine WHERE run_id < recon.run() AND record_id IS NULL
),
late AS (
  SELECT n.*, w.run_id AS walked_run, w.started_at AS walked_from,
    CASE WHEN w.run_id IS NULL THEN concat('no earlier run read ', n.stream, ' of the customer to their end')
      WHEN u.run_id IS NOT NULL THEN concat('run ', w.run_id, ' met a record of ', n.stream, ' whose id could not be read, and which could be this one') END AS obstacle
  FROM newcomer AS n
  JOIN last_walk AS w ON w.customer_id = n.customer_id AND w.stream = n.stream AND w.first_seen_run = n.first_seen_run
  LEFT JOIN nameless AS u ON u.run_id = w.run_id AND u.customer_id = n.customer_id AND u.stream = n.stream
  WHERE w.started_at IS NULL OR n.created_at < w.started_at - to_hours(recon.number_of('COV_LATE_ARRIVAL', 'limitHours'))
)
SELECT stream, record_id, customer_id,
  concat('created ', recon.moment(created_at), ', and not on the list that run ', walked_run, ' read to its end from ', recon.moment(walked_from), ' on') AS detail
FROM late WHERE obstacle IS NULL
UNION ALL BY NAME
-- All newcomers of a list are in doubt for the same reason, so they are one case.
SELECT 'unproven' AS outcome, obstacle, stream, concat_ws('/', customer_id, stream) AS record_id, customer_id,
  concat('whether ', count(*), CASE count(*) WHEN 1 THEN ' record' ELSE ' records' END, ' seen for the first time came late cannot be said') AS detail
FROM late WHERE obstacle IS NOT NULL
GROUP BY stream, customer_id, obstacle
