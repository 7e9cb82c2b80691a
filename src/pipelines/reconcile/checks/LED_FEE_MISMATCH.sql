-- severity: medium
-- family: ledger
-- definition: A record's fee differs beyond tolerance from the fees of its posted transactions, and its net amount agrees but for fees.
-- finds: A deposit of 100.00 with a fee of 1.00, whose transaction says 100.50 with a fee of 1.50; or a fee posted a second time by a transaction of its own.
-- silent: A fee of 1.00 that was posted as a transaction of type FEE beside one of 100.00; a conversion's leg without a fee.
-- action: Ask the partner which fee was agreed.
-- settings: grace, tolerance
-- rests on: customer
-- accepts: currency, difference, state_of_affairs
WITH compared AS (
  SELECT c.*, recon.tolerance('LED_FEE_MISMATCH', c.currency, c.fee) AS fee_tolerance FROM recon.money_case AS c
  WHERE c.class = 'settled' AND c.leg IS DISTINCT FROM 'FEE' AND (c.disagreement IS NULL OR c.disagreement = 'charged')
)
SELECT recon.outcome(c.obstacle, c.since + recon.grace('LED_FEE_MISMATCH') > c.read_from) AS outcome, c.obstacle,
  c.stream, c.record_id, c.leg, c.first_transaction AS counterpart_id, c.customer_id, c.currency, c.fee AS expected, c.posted_fee AS actual,
  c.fee_tolerance AS tolerance, recon.gap(c.posted_fee, c.fee) AS at_stake, c.state_of_affairs,
  concat(recon.titled(c.noun), ' ', c.status, ' with a fee of ', recon.money(c.fee, c.currency), ', but its transactions charge ', recon.money(c.posted_fee, c.currency), ': ', c.transactions) AS detail
FROM compared AS c
WHERE c.disagreement = 'charged' OR c.obstacle IS NULL AND recon.gap(c.posted_fee, c.fee) > c.fee_tolerance
