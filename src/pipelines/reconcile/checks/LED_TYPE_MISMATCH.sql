-- severity: high
-- family: ledger
-- definition: A transaction's type is not that of the record that it names. A FEE or an ADJUSTMENT may name any.
-- finds: A transaction of type CRYPTO_REFUND that names a fiat deposit.
-- silent: A FEE that names a withdrawal.
-- action: Ask the partner to correct the type: it decides where the roll-forward counts the money.
-- rests on: customer
-- accepts: currency, type
SELECT 'transactions' AS stream, n.transaction_id AS record_id, n.record_id AS counterpart_id, n.customer_id, n.currency, n.net_amount AS actual,
  n.net_amount AS at_stake, n.type,
  concat('transaction of type ', n.type, ' names the ', n.resource_type, ' ', n.record_id) AS detail
FROM recon.named_transaction AS n
WHERE n.stream IS NOT NULL AND n.type <> upper(n.resource_type) AND n.type NOT IN ('FEE', 'ADJUSTMENT')
