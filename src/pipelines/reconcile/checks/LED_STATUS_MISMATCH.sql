-- severity: high
-- family: ledger
-- definition: A record's state and its money disagree: a void or undone record whose money stands (critical), a settled one whose transaction is not posted or was taken back, or a transaction called REVERSED that nothing takes back.
-- finds: A withdrawal that FAILED; its debit of 101.00 was posted, and 100.00 came back.
-- silent: A withdrawal that FAILED, whose debit was REVERSED and came back whole.
-- action: Ask the partner to post what is missing, or to take back the money that stands.
-- settings: grace
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_STATUS_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  CASE c.disagreement WHEN 'money stands' THEN 'critical' END AS severity,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id,
  c.at_stake_currency AS currency,
  c.expected, c.actual, c.tolerance, c.at_stake, c.state_of_affairs,
  CASE c.disagreement
    WHEN 'not posted' THEN concat(recon.titled(c.noun), ' ', c.status, ', but its transaction is ', c.waiting_status)
    WHEN 'taken back' THEN concat(recon.titled(c.noun), ' ', c.status, ', but its transaction was taken back by a reversal')
    ELSE concat(recon.titled(c.noun), ' ', c.status, ', but ', recon.money(c.at_stake, c.at_stake_currency),
      ' of its money ', CASE WHEN c.class = 'undone' AND c.refunded <> 0 THEN 'and its refunds do not tie' WHEN c.posted > 1 THEN 'did not come back' ELSE 'is posted' END,
      ': ', c.transactions)
  END AS detail
FROM recon.money_case AS c
WHERE c.disagreement IN ('money stands', 'not posted', 'taken back')
UNION ALL BY NAME
SELECT recon.outcome(c.obstacle, greatest(r.since, c.since) + recon.grace('LED_STATUS_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, r.transaction_id AS counterpart_id, r.customer_id, r.currency, 0 AS expected, r.uncovered AS actual, r.uncovered AS at_stake,
  c.state_of_affairs,
  concat('transaction ', r.transaction_id, ' is REVERSED, and ', recon.money(r.uncovered, r.currency), ' of what it moved was not taken back') AS detail
FROM recon.reversed_case AS r
JOIN recon.money_case AS c ON c.stream = r.stream AND c.record_id = r.record_id AND c.leg IS NOT DISTINCT FROM r.leg
WHERE c.disagreement IS NULL
