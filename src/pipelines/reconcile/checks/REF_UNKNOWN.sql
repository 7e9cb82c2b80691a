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
SELECT recon.outcome(a.obstacle, a.created_at + recon.grace('REF_UNKNOWN') > a.read_from) AS outcome, a.obstacle,
  a.stream, a.record_id, a.named_id AS counterpart_id, a.customer_id, a.currency, a.amount AS actual,
  concat(recon.titled(a.noun), ' of ', recon.money(a.amount, a.currency), ' names ', a.named_noun, ' ', a.named_id, ', which no list holds',
    recon.unread_elsewhere(a.named_stream)) AS detail
FROM recon.absent_named AS a
WHERE a.named_stream <> 'checkouts'
  -- Where so many are absent, the list is not what it should be. What was an exception before stays one.
  AND (a.gap IS NULL OR (a.stream, a.record_id) IN (SELECT (stream, record_id) FROM recon.exceptions WHERE code = 'REF_UNKNOWN'))
UNION ALL BY NAME
SELECT DISTINCT 'unproven' AS outcome, gap AS obstacle, stream, concat_ws('/', customer_id, stream) AS record_id, customer_id
FROM recon.absent_named WHERE named_stream <> 'checkouts' AND gap IS NOT NULL
