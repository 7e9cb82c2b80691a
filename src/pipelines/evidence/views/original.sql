-- about: Records that refunds may send back: those on lists which the judged run read to their end, and refused ones as far as they can be read.
-- stream: The record's list.
-- noun: What a person calls it.
-- record_id: The record.
-- customer_id: Its customer.
-- currency: Its currency.
-- network: Its network.
-- amount: Its amount.
-- status: Its status.
-- class: The class of its status; NULL where it cannot be read, or is outside the contract.
-- obstacle: Why a column that is NULL is not known.
WITH both_kinds AS (
  SELECT stream, noun, record_id, customer_id, currency, coalesce(network, '') AS network, amount, status, class, NULL AS name FROM recon.product_record
  WHERE recon.can_be_refunded(stream)
  UNION ALL
  SELECT stream, noun, record_id, customer_id, currency, network, amount, status, class, name FROM recon.refused_record
  WHERE recon.can_be_refunded(stream) AND record_id IS NOT NULL
)
SELECT stream, noun, record_id, customer_id, currency, network, amount, status, nullif(class, 'unknown') AS class,
  coalesce(name, CASE class WHEN 'unknown' THEN concat('the status ', status, ' of ', noun, ' ', record_id, ' is outside the contract') END) AS obstacle
FROM both_kinds
