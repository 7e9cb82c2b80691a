-- severity: high
-- family: hashes
-- definition: A crypto record or a collection payment is settled past its grace, and has no transaction hash.
-- finds: A crypto withdrawal that was COMPLETED yesterday, its txHash null or empty.
-- silent: One that was COMPLETED half an hour ago, or that FAILED; a fiat withdrawal, which has no hash.
-- action: Ask the partner for the hash: without it nobody can see on the chain that the money moved.
-- settings: grace
-- rests on: customer
-- accepts: record_id, status
SELECT recon.outcome(NULL, r.settled_at + recon.grace('TX_HASH_MISSING') > l.began_at) AS outcome,
  r.stream, r.record_id, r.customer_id, r.currency, r.amount AS actual, r.status,
  concat(recon.titled(r.noun), ' of ', recon.money(r.amount, r.currency), ' was settled on ', r.network, ' at ', recon.moment(r.settled_at), ', but has no transaction hash') AS detail
FROM recon.product_record AS r
LEFT JOIN recon.reading AS l ON l.customer_id = r.customer_id AND l.stream = r.stream
-- What begins with a letter or a digit, and is longer than 0x, is told at no cost from what may be blanks alone.
WHERE r.class = 'settled' AND r.network IS NOT NULL AND (r.tx_hash IS NULL OR r.tx_hash NOT BETWEEN '!' AND '~' OR strlen(r.tx_hash) < 4)
  AND coalesce(recon.hash_name(r.tx_hash), '') = ''
