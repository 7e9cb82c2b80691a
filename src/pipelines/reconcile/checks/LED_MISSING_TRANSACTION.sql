-- severity: high
-- family: ledger
-- definition: A settled record past its grace has no transaction of any status (critical for a debit).
-- finds: A withdrawal that was COMPLETED yesterday, and no transaction names it.
-- silent: One that was COMPLETED twenty minutes before the run, whose transaction may still come; or one of 0.00.
-- action: Ask the partner for the transaction. Until it is there, the balance does not hold the record.
-- settings: grace
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_MISSING_TRANSACTION') > c.read_from) AS outcome, c.obstacle,
  CASE c.direction WHEN 'DEBIT' THEN 'critical' END AS severity,
  c.stream, c.record_id, c.leg, c.customer_id, c.currency, c.net_amount AS expected, c.actual, c.tolerance, c.at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' at ', recon.moment(c.changed_at), ', but no transaction names ', CASE c.leg WHEN 'FEE' THEN 'its fee' WHEN 'DEBIT' THEN 'its debit' WHEN 'CREDIT' THEN 'its credit' ELSE 'it' END,
    recon.unread_elsewhere('transactions')) AS detail
FROM recon.money_case AS c WHERE c.disagreement = 'nothing'
