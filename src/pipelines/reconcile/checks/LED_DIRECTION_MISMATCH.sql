-- severity: critical
-- family: ledger
-- definition: The money of a record moved the other way.
-- finds: A deposit of 100.00 whose only transaction is a DEBIT of 100.00.
-- silent: A deposit that was credited, reversed by a DEBIT, and credited again.
-- action: Ask the partner to reverse the transaction and to book it the right way.
-- settings: grace
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_DIRECTION_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id, c.currency, c.net_amount AS expected, c.actual, c.tolerance,
  c.at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' is a ', c.direction, ' of ', recon.money(c.net_amount, c.currency), ', but its money went the other way: ', c.transactions) AS detail
FROM recon.money_case AS c WHERE c.disagreement = 'opposite'
