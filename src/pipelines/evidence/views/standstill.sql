-- kind: table
-- about: Whether the API stands still as a whole: its newest record and its newest balance are old, although it dates balances by a clock and not by their last movement. One row.
-- newest_at: The newest instant of any record or balance, those ahead of the clock aside.
-- read_at: When reading began.
-- is_still: Whether that is longer ago than limitHours of COV_STALE.
-- has_clock: Whether any balance was ever dated later than the newest posting in it.
-- obstacle: Which lists were not read and may hold newer records.
WITH newest AS (
  SELECT max(newest_at) AS newest_at FROM (
    SELECT newest_at FROM recon.newest_record
    UNION ALL
    SELECT max(as_of) FROM recon.balance WHERE is_listed AND NOT is_ahead
  )
),
reading AS (
  SELECT min(began_at) AS read_at, min(obstacle) AS obstacle FROM recon.reading
)
SELECT n.newest_at, r.read_at, coalesce(n.newest_at < r.read_at - to_hours(recon.number_of('COV_STALE', 'limitHours')), FALSE) AS is_still,
  EXISTS (SELECT 1 FROM recon.rollforward WHERE closing_as_of > newest_posted_at) AS has_clock, r.obstacle
FROM newest AS n CROSS JOIN reading AS r
