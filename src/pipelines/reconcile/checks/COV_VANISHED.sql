-- severity: high
-- family: coverage
-- definition: A record that an earlier run knew is absent from a list that this run walked to its end. Resolved when the record is listed again.
-- finds: A withdrawal that was listed last night is not on the list tonight, which was read to its end.
-- silent: A record that is on its list and cannot be read, or one that was met in a chain of tonight that had to be restarted.
-- action: Ask the partner why a record that it had stated is gone, and what became of its money.
-- rests on: list
-- accepts: record_id
WITH unmet AS (
  SELECT k.stream, k.record_id, k.customer_id, k.last_seen_run, r.is_proven, r.obstacle
  FROM recon.known_record AS k
  JOIN recon.reading AS r ON r.customer_id = k.customer_id AND r.stream = k.stream
  -- A record that cannot be read is listed.
  ANTI JOIN (SELECT stream, record_id FROM recon.refused WHERE record_id IS NOT NULL) AS q ON q.stream = k.stream AND q.record_id = k.record_id
  WHERE k.last_seen_run < recon.run()
),
nameless AS (
  SELECT customer_id, stream, min(name) AS name FROM recon.refused WHERE record_id IS NULL GROUP BY customer_id, stream
),
weighed AS (
  SELECT u.*, coalesce(
      u.obstacle,
      CASE WHEN NOT u.is_proven THEN concat(u.stream, ' do not apply to the customer any more, and were not read') END,
      CASE WHEN (SELECT mode FROM recon.runs WHERE run_id = recon.run()) <> 'full' THEN concat(u.stream, ' were not walked to their end') END
    ) AS unread, n.name AS could_be
  FROM unmet AS u LEFT JOIN nameless AS n ON n.customer_id = u.customer_id AND n.stream = u.stream
)
SELECT recon.outcome(could_be, FALSE) AS outcome, could_be AS obstacle, stream, record_id, customer_id,
  concat('last listed in run ', last_seen_run, ', and absent from the list, which was read to its end') AS detail
FROM weighed WHERE unread IS NULL
UNION ALL BY NAME
-- Of a list that was not read, one case for all its records.
SELECT 'unproven' AS outcome, unread AS obstacle, stream, concat_ws('/', customer_id, stream) AS record_id, customer_id,
  concat('whether ', count(*), ' known ', CASE count(*) WHEN 1 THEN 'record is' ELSE 'records are' END, ' still listed cannot be said') AS detail
FROM weighed WHERE unread IS NOT NULL
GROUP BY stream, customer_id, unread
