-- title: How old it is
-- about: Open exceptions by the days since they were first seen.
-- columns: days text, critical integer, high integer, medium integer, low integer, info integer, total integer
-- order: youngest

SELECT age_bucket(age_days) AS days, min(age_days) AS youngest, count(*) AS total,
  count(*) FILTER (severity = 'critical') AS critical, count(*) FILTER (severity = 'high') AS high,
  count(*) FILTER (severity = 'medium') AS medium, count(*) FILTER (severity = 'low') AS low,
  count(*) FILTER (severity = 'info') AS info
FROM counted_exception
GROUP BY days
