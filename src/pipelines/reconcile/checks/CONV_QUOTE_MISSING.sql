-- severity: high
-- family: conversions
-- definition: A conversion past its grace names a quote that does not exist, or that belongs to another customer.
-- finds: A conversion whose quoteId is on no list of quotes, although the customer's was read to its end.
-- silent: A conversion whose quote is there and EXPIRED, or one that is half an hour old.
-- action: Ask the partner by which quote the conversion was made.
-- settings: grace
-- rests on: run
-- accepts: counterpart_id
-- unproven when: The customer's quotes were not read to their end, or a quote that cannot be read is the one, or could be.
SELECT recon.outcome(m.obstacle, m.created_at + recon.grace('CONV_QUOTE_MISSING') > m.read_from) AS outcome, m.obstacle,
  m.stream, m.record_id, m.named_id AS counterpart_id, m.customer_id,
  concat('Conversion names quote ', m.named_id, CASE WHEN m.owner IS NULL THEN concat(', which does not exist', recon.unread_elsewhere(m.named_stream))
    ELSE concat(', which belongs to customer ', m.owner) END) AS detail
FROM recon.missing_named AS m WHERE m.stream = 'conversions'
