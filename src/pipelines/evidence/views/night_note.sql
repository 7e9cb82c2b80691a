-- about: What a person should know of the night besides its exceptions, a sentence each.
-- note: The sentence.
WITH undated AS (
  SELECT sum(undated) AS transactions FROM recon.posted
),
not_yet AS (
  SELECT currency, sum(postings_not_yet) AS transactions, recon.exact_sum(not_yet) AS amount FROM recon.closing
  WHERE postings_not_yet > 0 AND has_balances GROUP BY currency
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
