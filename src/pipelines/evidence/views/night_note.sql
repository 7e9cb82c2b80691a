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
