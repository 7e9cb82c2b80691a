-- severity: high
-- family: coverage
-- definition: The newest record and the newest balance of everybody are older than limitHours: the API stands still.
-- finds: Every list was read to its end, and nothing on any of them is younger than five days.
-- silent: A quiet customer beside others; or an API that dates each balance by its last movement, where a quiet week looks the same.
-- action: Ask the partner whether the API still shows what happens. What moved meanwhile is not seen.
-- settings: limitHours = 96
-- rests on: run
-- accepts: outcome
SELECT CASE WHEN obstacle IS NOT NULL THEN 'unproven' ELSE 'exception' END AS outcome, obstacle, 'run' AS record_id,
  concat('Nothing that the API shows is younger than ', recon.moment(newest_at)) AS detail
FROM recon.standstill WHERE is_still AND has_clock
