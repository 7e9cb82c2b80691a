-- title: Summary
-- about: The run on one page: what was read, what is proven, what is wrong, and the settings that it was judged by.
-- columns: section text, item text, value text, note text
-- order: section_order, item_order, item

WITH run AS (
  SELECT * FROM recon.runs WHERE run_id = getvariable('run')
),
live AS (
  SELECT * FROM recon.exceptions WHERE state IN ('open', 'acknowledged', 'reopened')
),
severity AS (
  SELECT unnest(['critical', 'high', 'medium', 'low', 'info']) AS severity, unnest([1, 2, 3, 4, 5]) AS place
)
SELECT 1 AS section_order, 1 AS item_order, 'run' AS section, 'run' AS item, run_id AS value, NULL::VARCHAR AS note FROM run
UNION ALL
SELECT 1, 2, 'run', 'began', strftime(started_at, '%Y-%m-%dT%H:%M:%SZ'), 'grace and age are counted to this instant' FROM run
UNION ALL
SELECT 1, 3, 'run', 'configuration', configuration_sha256, 'SHA-256 of the settings in force' FROM run
UNION ALL
SELECT 2, 1, 'coverage', 'verdict', coverage,
  CASE coverage WHEN 'COMPLETE' THEN 'every list of every customer was read to its end'
    ELSE 'some lists were not read to their end: see coverage; nothing is called absent there' END
FROM run
UNION ALL
SELECT 2, 2, 'coverage', 'partitions proven', concat(partitions_proven, ' of ', partitions), 'a partition is one list of one customer' FROM run
UNION ALL
SELECT 2, 3, 'coverage', 'partitions ' || state, count(*)::VARCHAR, NULL
FROM recon.coverage WHERE run_id = getvariable('run') GROUP BY state
UNION ALL
SELECT 2, 4, 'coverage', 'records received', records::VARCHAR, concat('on ', pages, ' pages') FROM run
UNION ALL
SELECT 2, 5, 'coverage', 'records quarantined', count(*)::VARCHAR, 'records that the contract cannot read; each is an exception'
FROM raw.quarantine WHERE run_id = getvariable('run')
UNION ALL
SELECT 2, 6, 'notes', n.note, NULL, NULL FROM recon.notes AS n WHERE n.run_id = getvariable('run')
UNION ALL
SELECT 3, s.place, 'exceptions', s.severity, count(l.exception_id)::VARCHAR, NULL
FROM severity AS s LEFT JOIN live AS l ON l.severity = s.severity GROUP BY s.place, s.severity
UNION ALL
SELECT 4, 1, 'checks', c.code, c.found::VARCHAR,
  concat('severity ', c.severity, CASE WHEN c.unproven > 0 THEN concat('; ', c.unproven, ' could not be judged for lack of proof') ELSE '' END)
FROM recon.check_results AS c WHERE c.run_id = getvariable('run')
UNION ALL
SELECT 5, CASE WHEN s.is_default THEN 2 ELSE 1 END, 'settings', s.setting, s.value,
  CASE WHEN NOT s.is_default THEN 'set in the configuration' END
FROM recon.settings AS s WHERE s.run_id = getvariable('run')
