-- severity: critical
-- family: refunds
-- definition: A refund goes out in another currency or on another network than its deposit came in.
-- finds: A deposit of USDT on TRON that is refunded in USDT on ETHEREUM.
-- silent: A deposit of USDT on TRON that is refunded on TRON.
-- action: Ask the partner to stop the refund, or where it went.
-- rests on: customer
-- accepts: currency, route
-- unproven when: The customer's deposits were not read to their end, or the deposit cannot be read and may be of another currency or network.
WITH compared AS (
  SELECT *, currency <> of_currency OR network <> of_network AS is_off FROM recon.refund_beside
)
SELECT CASE WHEN is_off THEN 'exception' ELSE 'unproven' END AS outcome, CASE WHEN is_off IS NULL THEN obstacle END AS obstacle,
  stream, record_id, of_record AS counterpart_id, customer_id, currency, amount AS actual,
  concat_ws(' ', of_currency, of_network, 'to', currency, network) AS route,
  concat('The ', of_noun, ' came in ', concat_ws(' on ', coalesce(of_currency, 'a currency that cannot be read'), nullif(of_network, '')), ', and its refund of ',
    recon.money(amount, currency), ' goes out', concat(' on ' || nullif(network, ''))) AS detail
FROM compared WHERE is_off OR is_off IS NULL AND obstacle IS NOT NULL
