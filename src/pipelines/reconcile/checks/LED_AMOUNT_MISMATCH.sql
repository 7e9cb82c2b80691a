-- severity: high
-- family: ledger
-- definition: What moved for a record differs from what it says beyond tolerance.
-- finds: A deposit of 1.5 ETH whose transaction moved 1.500000000000000001 ETH.
-- silent: A deposit of 100.00 with a fee of 1.00, whose transaction moved 99.00: net amounts are compared.
-- action: Ask the partner which amount is right, and to correct the other.
-- settings: grace, tolerance
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
SELECT recon.outcome(c.obstacle, c.disagreement IS NOT NULL AND c.since + recon.grace('LED_AMOUNT_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id, c.at_stake_currency AS currency, c.expected, c.actual, c.tolerance,
  coalesce(c.at_stake, c.net_amount) AS at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' of ', recon.money(c.net_amount, c.currency), ', but ',
    CASE WHEN NOT c.differs AND c.elsewhere < 0 THEN concat(recon.money(-c.elsewhere, c.currency), ' less than must have moved for customer ', c.holders)
      WHEN NOT c.differs AND c.elsewhere > 0 THEN concat(recon.money(c.elsewhere, c.currency), ' moved for customer ', c.holders)
      WHEN NOT c.differs AND c.foreign_moved IS NOT NULL THEN concat(recon.money(c.foreign_moved, c.foreign_currency), ' moved, too')
      ELSE concat(recon.money(c.actual, c.currency), ' moved') END, ': ', c.transactions) AS detail
FROM recon.money_case AS c
-- A case that agrees so far and could be changed by what was not read is told here, as one that could not be judged.
WHERE c.disagreement = 'differs' OR c.disagreement IS NULL AND c.obstacle IS NOT NULL
