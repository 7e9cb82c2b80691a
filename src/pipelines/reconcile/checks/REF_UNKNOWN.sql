-- severity: high
-- family: references
-- definition: A record past its grace names an account, wallet or beneficiary that was never on its customer's list, nor on anybody else's.
-- finds: A deposit to a wallet that no list holds, although the customer's was read to its end.
-- silent: A record that FAILED; one that names none; one whose account was on the list once; on a customer's first night one that is older than 90 days.
-- action: Ask the partner whose the account is, and hold what is still open.
-- settings: grace
-- rests on: run
-- accepts: counterpart_id
-- unproven when: The customer's list of accounts was not read to its end, or holds one that cannot be read; or more than a fifth of at least 20 records name absent ones, so that the list may leave some out.
WITH absent AS (
  SELECT s.*, coalesce(s.unread, s.refused) AS obstacle
  FROM recon.stray_account AS s
  LEFT JOIN recon.first_night AS f ON f.customer_id = s.customer_id AND f.stream = s.stream
  WHERE NOT s.own_account AND s.owner IS NULL AND NOT coalesce(s.first_seen_run <= f.run_id AND s.created_at < f.started_at - INTERVAL 90 DAY, FALSE)
),
-- Where so many are absent, the list is not what it should be. What was an exception before stays one.
told AS (
  SELECT record_id, stream FROM recon.exceptions WHERE code = 'REF_UNKNOWN'
),
counted AS (
  SELECT a.customer_id, a.stream, a.account_stream, any_value(a.noun) AS noun, any_value(a.account_noun) AS account_noun, count(*) AS absent
  FROM absent AS a WHERE a.obstacle IS NULL GROUP BY a.customer_id, a.stream, a.account_stream
),
naming AS (
  SELECT r.customer_id, r.stream, count(*) AS records
  FROM recon.product_record AS r SEMI JOIN counted AS c ON c.customer_id = r.customer_id AND c.stream = r.stream
  WHERE r.account_id IS NOT NULL AND r.class <> 'void' GROUP BY r.customer_id, r.stream
),
gap AS (
  SELECT c.*, n.records FROM counted AS c JOIN naming AS n ON n.customer_id = c.customer_id AND n.stream = c.stream
  WHERE n.records >= 20 AND c.absent * 5 > n.records
)
SELECT recon.outcome(a.obstacle, a.created_at + recon.grace('REF_UNKNOWN') > a.read_from) AS outcome, a.obstacle,
  a.stream, a.record_id, a.account_id AS counterpart_id, a.customer_id, a.currency, a.amount AS actual,
  concat(recon.titled(a.noun), ' of ', recon.money(a.amount, a.currency), ' names ', a.account_noun, ' ', a.account_id, ', which no list holds',
    recon.unread_elsewhere(a.account_stream)) AS detail
FROM absent AS a
WHERE a.obstacle IS NOT NULL OR (a.customer_id, a.stream) NOT IN (SELECT (customer_id, stream) FROM gap) OR (a.stream, a.record_id) IN (SELECT (stream, record_id) FROM told)
UNION ALL BY NAME
SELECT 'unproven' AS outcome,
  concat(absent, ' of ', records, ' ', noun, 's name a ', account_noun, ' that is not on ', account_stream, ': the list seems to leave some out') AS obstacle,
  stream, concat_ws('/', customer_id, stream) AS record_id, customer_id
FROM gap
