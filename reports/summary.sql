-- title: Summary
-- about: The run on one page: what it comes to, how much money that is, what was read and proven, and last the settings that it was judged by.
-- columns: section text, item text, value text, currency text, amount money(currency), note text
-- order: section_order, item_order, item, currency

WITH run AS (
  SELECT * FROM recon.runs WHERE run_id = getvariable('run')
),
-- An exception about a customer who is not on the roster is listed, and decides nothing.
standing AS (
  SELECT *, recon.counts_in(getvariable('run'), customer_id, last_seen_run) AS counts FROM recon.exceptions WHERE recon.is_live(state)
),
live AS (
  SELECT * FROM standing WHERE counts
),
accepted AS (
  SELECT * FROM recon.exceptions WHERE state = 'written_off' AND last_seen_run = getvariable('run')
),
unproven AS (
  SELECT * FROM recon.finding WHERE outcome = 'unproven' AND run_id = getvariable('run')
),
stake AS (
  SELECT 2 AS section_order, 'exceptions' AS section, 'at stake' AS item, currency, at_stake FROM live
  UNION ALL
  SELECT 3, 'unproven', 'not judged', currency, at_stake FROM unproven
  UNION ALL
  SELECT 4, 'accepted', 'accepted by people, and standing', currency, at_stake FROM accepted
),
staked AS (
  SELECT section_order, section, item, CASE WHEN at_stake IS NOT NULL THEN currency END AS currency, count(*) AS cases, list(at_stake) AS stakes
  FROM stake GROUP BY ALL
),
-- One row at least for each kind of change, so that nothing new is said, too.
kind_of_change AS (
  SELECT unnest(['new', 'reopened', 'resolved', 'accepted']) AS change, unnest([1, 2, 3, 4]) AS place
),
change AS (
  SELECT k.change, k.place, CASE WHEN c.amount_at_stake IS NOT NULL THEN c.currency END AS currency, count(DISTINCT c.exception_id) AS cases,
    recon.exact_sum(c.amount_at_stake) AS amount
  FROM kind_of_change AS k
  LEFT JOIN (SELECT DISTINCT change, exception_id, currency, amount_at_stake FROM recon.exception_changes) AS c ON c.change = k.change
  GROUP BY ALL
),
unreferenced AS (
  SELECT t.type, j.currency, count(*) AS items, list(t.moved) AS moves
  FROM recon.judged AS j JOIN recon.transaction AS t ON t.transaction_id = j.transaction_id
  WHERE j.run_id = getvariable('run') AND j.side = 'transaction' AND t.is_posted AND NOT t.names_record
  GROUP BY t.type, j.currency
),
severity AS (
  SELECT severity, recon.severity_order(severity) AS place FROM (SELECT unnest(['critical', 'high', 'medium', 'low', 'info']) AS severity)
)
SELECT 1 AS section_order, 1 AS item_order, 'verdict' AS section, 'verdict' AS item, getvariable('verdict') AS value, NULL::VARCHAR AS currency,
  NULL::DECIMAL(38,18) AS amount,
  CASE getvariable('verdict')
    WHEN 'PARTIAL' THEN 'not every list was read to its end: see coverage; nothing is called absent there'
    WHEN 'EXCEPTIONS' THEN 'every list was read to its end, and something is wrong'
    WHEN 'UNPROVEN' THEN 'nothing is wrong, and some of it could not be judged'
    WHEN 'ACCEPTED' THEN 'nothing is wrong but what people accepted'
    ELSE 'every list was read to its end, and everything agrees' END AS note
UNION ALL BY NAME
SELECT section_order, 1 AS item_order, section, item, cases::VARCHAR AS value, currency, TRY(list_sum(stakes)) AS amount,
  CASE WHEN currency IS NULL THEN 'cases without an amount' END AS note
FROM staked
UNION ALL BY NAME
SELECT 2 AS section_order, 10 + place AS item_order, 'since the last night' AS section, change AS item, cases::VARCHAR AS value, currency, amount,
  CASE WHEN recon.last_run() IS NULL THEN 'no night was judged before this one'
    WHEN cases > 0 AND currency IS NULL THEN 'cases without an amount' END AS note
FROM change
UNION ALL BY NAME
SELECT 2 AS section_order, 2 + s.place AS item_order, 'exceptions' AS section, s.severity AS item, count(l.exception_id)::VARCHAR AS value
FROM severity AS s LEFT JOIN live AS l ON l.severity = s.severity GROUP BY s.place, s.severity
UNION ALL BY NAME
SELECT 2 AS section_order, 9 AS item_order, 'exceptions' AS section, 'of customers who are not on the roster' AS item, count(*)::VARCHAR AS value,
  'listed, and not counted above' AS note
FROM standing WHERE NOT counts HAVING count(*) > 0
UNION ALL BY NAME
SELECT 3 AS section_order, 2 AS item_order, 'unproven' AS section, concat(code, ': ', coalesce(obstacle, 'lack of proof')) AS item, count(*)::VARCHAR AS value
FROM unproven GROUP BY ALL
UNION ALL BY NAME
SELECT 5 AS section_order, 1 AS item_order, 'unreferenced' AS section, concat(type, ' that name no record') AS item, items::VARCHAR AS value, currency, TRY(list_sum(moves)) AS amount
FROM unreferenced
UNION ALL BY NAME
SELECT 6 AS section_order, 1 AS item_order, 'run' AS section, 'run' AS item, run_id AS value FROM run
UNION ALL BY NAME
SELECT 6 AS section_order, 2 AS item_order, 'run' AS section, 'began' AS item, strftime(started_at, '%Y-%m-%dT%H:%M:%SZ') AS value,
  'grace and age are counted to this instant' AS note
FROM run
UNION ALL BY NAME
SELECT 6 AS section_order, 3 AS item_order, 'run' AS section, 'configuration' AS item, configuration_sha256 AS value, 'SHA-256 of the settings in force' AS note
FROM run
UNION ALL BY NAME
SELECT 7 AS section_order, 1 AS item_order, 'coverage' AS section, 'coverage' AS item, coverage AS value FROM run
UNION ALL BY NAME
SELECT 7 AS section_order, 2 AS item_order, 'coverage' AS section, 'partitions proven' AS item, concat(partitions_proven, ' of ', partitions) AS value,
  'a partition is one list of one customer' AS note
FROM run
UNION ALL BY NAME
SELECT 7 AS section_order, 3 AS item_order, 'coverage' AS section, 'partitions ' || state AS item, count(*)::VARCHAR AS value
FROM recon.coverage WHERE run_id = getvariable('run') GROUP BY state
UNION ALL BY NAME
SELECT 7 AS section_order, 4 AS item_order, 'coverage' AS section, 'records received' AS item, records::VARCHAR AS value, concat('on ', pages, ' pages') AS note
FROM run
UNION ALL BY NAME
SELECT 7 AS section_order, 5 AS item_order, 'coverage' AS section, 'records quarantined' AS item, count(*)::VARCHAR AS value,
  'records that the contract cannot read; each is an exception' AS note
FROM raw.quarantine WHERE run_id = getvariable('run')
UNION ALL BY NAME
SELECT 7 AS section_order, 6 AS item_order, 'notes' AS section, note AS item FROM recon.notes WHERE run_id = getvariable('run')
UNION ALL BY NAME
SELECT 8 AS section_order, 1 AS item_order, 'checks' AS section, code AS item, found::VARCHAR AS value,
  concat('severity ', severity, CASE WHEN unproven > 0 THEN concat('; ', unproven, ' could not be judged') ELSE '' END) AS note
FROM recon.check_results WHERE run_id = getvariable('run')
UNION ALL BY NAME
SELECT 9 AS section_order, CASE WHEN is_default THEN 2 ELSE 1 END AS item_order, 'settings' AS section, setting AS item, value,
  CASE WHEN NOT is_default THEN 'set in the configuration' END AS note
FROM recon.settings WHERE run_id = getvariable('run')
