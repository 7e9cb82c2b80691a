-- severity: high
-- family: refunds
-- definition: A refund past its grace names a deposit that does not exist, or that belongs to another customer.
-- finds: A refund whose originalDepositId is on no list of deposits, although the customer's was read to its end.
-- silent: A refund of a deposit that is there and REFUNDED or FAILED.
-- action: Ask the partner what was sent back, and to whom.
-- settings: grace
-- rests on: run
-- accepts: counterpart_id
-- unproven when: The customer's deposits were not read to their end, or a deposit that cannot be read is the one, or could be.
SELECT recon.outcome(m.obstacle, m.created_at + recon.grace('REFUND_ORPHAN') > m.read_from) AS outcome, m.obstacle,
  m.stream, m.record_id, m.named_id AS counterpart_id, m.customer_id,
  concat('Refund names ', m.noun, ' ', m.named_id, CASE WHEN m.owner IS NULL THEN concat(', which does not exist', recon.unread_elsewhere(m.named_stream))
    ELSE concat(', which belongs to customer ', m.owner) END) AS detail
FROM recon.missing_named AS m WHERE m.stream IN (SELECT refunds_stream FROM recon.product)
