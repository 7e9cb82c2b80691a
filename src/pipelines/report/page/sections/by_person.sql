-- title: Who must act
-- about: Open exceptions by the person or desk that they are assigned to. The command tidemark exceptions assign gives one to somebody. What to do about each check stands above, with what to begin below.
-- columns: assigned_to text, cases integer, critical integer, high integer, medium integer, low integer, info integer,
--   acknowledged integer, oldest_days integer
-- order: is_nobody, assigned_to

SELECT coalesce(assignee, 'nobody yet') AS assigned_to, assignee IS NULL AS is_nobody, count(*) AS cases,
  count(*) FILTER (severity = 'critical') AS critical, count(*) FILTER (severity = 'high') AS high,
  count(*) FILTER (severity = 'medium') AS medium, count(*) FILTER (severity = 'low') AS low,
  count(*) FILTER (severity = 'info') AS info,
  count(*) FILTER (state = 'acknowledged') AS acknowledged, max(age_days) AS oldest_days
FROM counted_exception
GROUP BY assignee
