-- severity: critical
-- family: ledger
-- definition: The money of a record moved in another currency.
-- finds: A deposit of 100.00 EUR whose only transaction is 100.00 USD.
-- silent: A conversion, whose legs are in two currencies by right.
-- action: Ask the partner to book the record in its own currency.
-- settings: grace
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_CURRENCY_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id, c.currency, c.net_amount AS expected, c.actual, c.tolerance,
  abs(c.net_amount) AS at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' of ', recon.money(c.net_amount, c.currency), ', but its transaction moved ', recon.money(c.foreign_moved, c.foreign_currency), ': ', c.transactions) AS detail
FROM recon.money_case AS c WHERE c.disagreement = 'another currency'
