-- about: What a person should know of the night besides its exceptions, a sentence each.
-- note: The sentence.
WITH undated AS (
  SELECT sum(undated) AS transactions FROM recon.posted
),
not_yet AS (
  SELECT currency, sum(postings_not_yet) AS transactions, recon.exact_sum(not_yet) AS amount FROM recon.closing
  WHERE postings_not_yet > 0 AND has_balances GROUP BY currency
),
-- What decides tonight otherwise than last night. A default that came with another version of the program is nobody's change.
changed_setting AS (
  SELECT setting, tonight.value AS value, before.value AS former_value
  FROM (FROM recon.settings WHERE run_id = recon.run()) AS tonight
  FULL JOIN (FROM recon.settings WHERE run_id = recon.last_run()) AS before USING (setting)
  WHERE recon.last_run() IS NOT NULL AND tonight.value IS DISTINCT FROM before.value
    AND NOT (coalesce(tonight.is_default, TRUE) AND coalesce(before.is_default, TRUE))
    AND regexp_matches(setting, '^(graceMinutes|tolerance|currencyAliases|networkAliases|refunds|fees|conversionFee|checkouts|ageLimitHours|currencyPlaces|checks|ownChecks|books|contract)\b')
),
-- A check that goes by a setting for all is not told once more.
told_setting AS (
  SELECT * FROM changed_setting AS c WHERE NOT starts_with(setting, 'checks.') OR NOT EXISTS (
    FROM changed_setting AS general WHERE NOT starts_with(general.setting, 'checks.') AND ends_with(c.setting, concat('.', general.setting))
      AND general.value IS NOT DISTINCT FROM c.value AND general.former_value IS NOT DISTINCT FROM c.former_value)
),
not_told AS (
  SELECT f.code, f.currency, count(*) AS cases, recon.exact_sum(f.at_stake) AS amount
  FROM recon.finding AS f ANTI JOIN (FROM recon.exceptions WHERE state <> 'resolved') AS e USING (exception_id)
  WHERE f.outcome = 'switched off' GROUP BY f.code, f.currency
)
SELECT concat(transactions, ' posted transaction', CASE WHEN transactions > 1 THEN 's say' ELSE ' says' END,
  ' no postedAt and count', CASE WHEN transactions = 1 THEN 's' END, ' from updatedAt') AS note
FROM undated WHERE transactions > 0
UNION ALL
SELECT concat(sum(transactions), ' transaction', CASE WHEN sum(transactions) > 1 THEN 's are' ELSE ' is' END, ' not yet in a balance, being posted after its asOf: ',
  string_agg(coalesce(recon.money(amount, currency), currency), ', ' ORDER BY currency))
FROM not_yet HAVING count(*) > 0
UNION ALL
SELECT concat('this machine''s clock is ', (abs(clock_offset_ms) + 30000) // 60000, ' minutes ', CASE WHEN clock_offset_ms > 0 THEN 'behind' ELSE 'ahead of' END,
  ' the API''s; the times of the run are the API''s')
FROM recon.runs WHERE run_id = recon.run() AND clock_offset_ms IS NOT NULL
UNION ALL
SELECT concat(sum(restored_records), ' record', CASE WHEN sum(restored_records) > 1 THEN 's were' ELSE ' was' END,
  ' altered in the database since the last night (', string_agg(DISTINCT stream, ', ' ORDER BY stream), ') and put right by what the API says; tidemark verify looks through all')
FROM recon.coverage WHERE run_id = recon.run() AND restored_records > 0 HAVING count(*) > 0
UNION ALL
SELECT concat('judged by other settings than the night before: ',
  string_agg(concat(setting, ' is ', coalesce(value, 'not set'), ', was ', coalesce(former_value, 'not set')), '; ' ORDER BY starts_with(setting, 'checks.'), setting))
FROM told_setting HAVING count(*) > 0
UNION ALL
SELECT concat(sum(cases), ' case', CASE WHEN sum(cases) > 1 THEN 's are' ELSE ' is' END, ' not told, because the configuration switches off what finds ',
  CASE WHEN sum(cases) > 1 THEN 'them' ELSE 'it' END, ': ',
  string_agg(concat(code, ' ', recon.money(amount, currency) || ' in ', cases), ', ' ORDER BY code, currency))
FROM not_told HAVING count(*) > 0
