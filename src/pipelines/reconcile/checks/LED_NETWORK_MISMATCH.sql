-- severity: critical
-- family: ledger
-- definition: The money of a record moved on another network than the record states.
-- finds: A deposit of USDT on TRON whose transaction was booked on ETHEREUM.
-- silent: A record or a transaction that states no network.
-- action: Ask the partner on which network the money is, and to correct the side that is wrong.
-- settings: grace
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_NETWORK_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id, c.currency, c.expected, c.on_network AS actual, c.tolerance,
  c.at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' on ', c.network, ', but ', recon.money(c.at_stake, c.currency), ' of it moved on ', c.other_networks, ': ', c.transactions) AS detail
FROM recon.money_case AS c WHERE c.disagreement = 'another network'
