-- about: Fees and adjustments that name a record and not its kind, which the API leaves empty for them, with the kind of the record that has the id: one of the same customer first.
-- kind: table
-- transaction_id: The transaction.
-- resource_type: How other transactions name the record's kind.
SELECT t.transaction_id, coalesce(min(p.resource_type) FILTER (h.customer_id = t.customer_id), min(p.resource_type)) AS resource_type
FROM main.transactions AS t
JOIN recon.held AS h ON h.record_id = t.resource_id
JOIN recon.product AS p ON p.stream = h.stream
WHERE t.resource_type IS NULL AND recon.kind_of_type(t.type) IS NULL AND h.side = 'movement'
GROUP BY t.transaction_id
