-- severity: critical
-- family: ledger
-- definition: Several posted transactions moved more than one record's money.
-- finds: A deposit of 100.00 that was credited twice.
-- silent: A transaction that was REVERSED, its reversal, and the one that took their place; or a conversion filled in two parts.
-- action: Ask the partner to reverse what was posted too often.
-- settings: grace
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_DUPLICATE_TRANSACTION') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id, c.currency, c.expected, TRY(c.actual + c.elsewhere) AS actual, c.tolerance,
  recon.gap(TRY(c.actual - c.expected), -c.elsewhere) AS at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' of ', recon.money(c.net_amount, c.currency), ', but ', coalesce(recon.money(TRY(c.actual + c.elsewhere), c.currency), 'more than can be stored'), ' moved by several transactions: ', c.transactions) AS detail
FROM recon.money_case AS c WHERE c.disagreement = 'more than once'
