-- title: The last 90 nights
-- about: How each night went, the newest first. What is open is counted by the severity that it has now.
-- columns: night text, run text, lists_proven integer, lists integer, records integer, new integer, reopened integer, resolved integer,
--   accepted integer, critical integer, high integer, medium integer, low integer, info integer, open integer
-- order: run desc

WITH night AS (
  SELECT run_id, started_at, partitions_proven, partitions, records FROM recon.runs
  WHERE recon.was_judged(state) AND run_id <= getvariable('run')
),
-- What a person does counts to the next night, and what is done after the last one to that.
event AS (
  SELECT v.event, e.severity, coalesce(v.run_id, n.run_id, getvariable('run')) AS run_id,
    coalesce(recon.is_live(v.to_state), FALSE)::INTEGER
      - coalesce(recon.is_live(v.from_state), FALSE)::INTEGER AS opened
  FROM recon.exception_events AS v
  JOIN recon.exceptions AS e ON e.exception_id = v.exception_id
  ASOF LEFT JOIN night AS n ON v.occurred_at <= n.started_at
),
by_run AS (
  SELECT run_id, count(*) FILTER (event = 'opened') AS new, count(*) FILTER (event = 'reopened') AS reopened, count(*) FILTER (event = 'resolved') AS resolved,
    count(*) FILTER (event = 'written_off') AS accepted,
    coalesce(sum(opened) FILTER (severity = 'critical'), 0) AS critical, coalesce(sum(opened) FILTER (severity = 'high'), 0) AS high,
    coalesce(sum(opened) FILTER (severity = 'medium'), 0) AS medium, coalesce(sum(opened) FILTER (severity = 'low'), 0) AS low,
    coalesce(sum(opened) FILTER (severity = 'info'), 0) AS info
  FROM event WHERE run_id <= getvariable('run') GROUP BY run_id
),
counted AS (
  SELECT run_id, coalesce(new, 0) AS new, coalesce(reopened, 0) AS reopened, coalesce(resolved, 0) AS resolved, coalesce(accepted, 0) AS accepted,
    sum(coalesce(critical, 0)) OVER so_far AS critical, sum(coalesce(high, 0)) OVER so_far AS high,
    sum(coalesce(medium, 0)) OVER so_far AS medium, sum(coalesce(low, 0)) OVER so_far AS low, sum(coalesce(info, 0)) OVER so_far AS info
  FROM by_run FULL OUTER JOIN night USING (run_id)
  WINDOW so_far AS (ORDER BY run_id)
)
SELECT strftime(n.started_at AT TIME ZONE 'UTC', '%Y-%m-%d') AS night, n.run_id AS run, n.partitions_proven AS lists_proven,
  n.partitions AS lists, n.records, c.new, c.reopened, c.resolved, c.accepted, c.critical::BIGINT AS critical, c.high::BIGINT AS high,
  c.medium::BIGINT AS medium, c.low::BIGINT AS low, c.info::BIGINT AS info,
  (c.critical + c.high + c.medium + c.low + c.info)::BIGINT AS open
FROM night AS n JOIN counted AS c ON c.run_id = n.run_id
ORDER BY n.run_id DESC LIMIT 90
