-- about: Each refund beside the record that it sends back, of its own customer; columns of a record that is not known are NULL.
-- of_currency: The record's currency.
-- of_network: The record's network.
-- of_status: The record's status.
-- of_class: The class of the record's status.
-- obstacle: Why the record is not known, in a sentence; NULL where it is, and where there is none (REFUND_ORPHAN).
SELECT f.* REPLACE (coalesce(f.network, '') AS network), o.currency AS of_currency, o.network AS of_network, o.status AS of_status, o.class AS of_class,
  coalesce(r.obstacle, o.obstacle) AS obstacle
FROM recon.refund AS f
LEFT JOIN recon.original AS o ON o.stream = f.of_stream AND o.record_id = f.of_record AND o.customer_id = f.customer_id
LEFT JOIN recon.reading AS r ON r.customer_id = f.customer_id AND r.stream = f.of_stream
