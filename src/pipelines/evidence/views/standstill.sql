-- kind: table
-- about: Whether the API stands still as a whole: its newest record and its newest balance are old, although it dates balances by a clock and not by their last movement. One row.
-- newest_at: The newest instant of any record or balance, of those that cannot be read too, those ahead of the clock aside.
-- read_at: When reading began.
-- is_still: Whether that is longer ago than limitHours of COV_STALE.
-- has_clock: Whether any balance was ever dated later than the newest posting in it.
-- obstacle: Which lists were not read and may hold newer records, or which record cannot be read and may be one.
WITH refused AS (
  -- What cannot be read shows all the same that the API goes on.
  SELECT name, greatest(TRY_CAST(readable['updated_at'] AS TIMESTAMPTZ), TRY_CAST(readable['created_at'] AS TIMESTAMPTZ), TRY_CAST(readable['as_of'] AS TIMESTAMPTZ)) AS seen_at
  FROM recon.refused
),
newest AS (
  SELECT max(newest_at) AS newest_at FROM (
    SELECT newest_at FROM recon.newest_record
    UNION ALL
    SELECT max(as_of) FROM recon.balance WHERE is_listed AND NOT is_ahead
    UNION ALL
    SELECT max(seen_at) FROM refused WHERE seen_at <= recon.started_at() + INTERVAL 1 DAY
  )
),
reading AS (
  SELECT min(began_at) AS read_at, coalesce(min(obstacle), (SELECT min(name) FROM refused WHERE seen_at IS NULL)) AS obstacle FROM recon.reading
)
SELECT n.newest_at, r.read_at, coalesce(n.newest_at < r.read_at - to_hours(recon.number_of('COV_STALE', 'limitHours')), FALSE) AS is_still,
  EXISTS (SELECT 1 FROM recon.rollforward WHERE closing_as_of > newest_posted_at) AS has_clock, r.obstacle
FROM newest AS n CROSS JOIN reading AS r
