-- severity: high
-- family: collections
-- definition: A payment past its grace names a checkout that does not exist, or that belongs to another customer.
-- finds: A settled payment of 40.00 whose checkoutId is on no list of checkouts, although the customer's was read to its end.
-- silent: A payment that FAILED, one that names no checkout, one whose checkout is there and CLOSED, or one that is half an hour old.
-- action: Ask the partner for which sale the payment was made, before goods leave or the money is sent back.
-- settings: grace
-- rests on: run
-- accepts: counterpart_id
-- unproven when: The customer's checkouts were not read to their end, or a checkout that cannot be read is the one, or could be.
SELECT recon.outcome(m.obstacle, m.created_at + recon.grace('COLL_CHECKOUT_MISSING') > m.read_from) AS outcome, m.obstacle,
  m.stream, m.record_id, m.named_id AS counterpart_id, m.customer_id,
  concat('Payment names checkout ', m.named_id, CASE WHEN m.owner IS NULL THEN concat(', which does not exist', recon.unread_elsewhere(m.named_stream))
    ELSE concat(', which belongs to customer ', m.owner) END) AS detail
FROM recon.missing_named AS m WHERE m.stream = 'collection_payments'
