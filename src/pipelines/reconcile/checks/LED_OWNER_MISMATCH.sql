-- severity: critical
-- family: ledger
-- definition: Another customer holds the whole sum of a record.
-- finds: A deposit of one customer that was credited to another.
-- silent: Two customers with deposits of the same amount and reference, each with a transaction of its own.
-- action: Ask the partner to move the money to the customer whose record it is.
-- settings: grace
-- rests on: run
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_OWNER_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id, c.currency, c.net_amount AS expected, c.actual, c.tolerance,
  c.at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' of ', recon.money(c.net_amount, c.currency), ', but the transaction belongs to customer ', c.holders, ': ', coalesce(c.transactions, concat(c.strayed, ', which was not read tonight'))) AS detail
FROM recon.money_case AS c WHERE c.disagreement = 'another customer'
