-- severity: high
-- family: records
-- definition: A record cannot be read by the contract; it is in quarantine with its payload.
-- finds: A deposit whose amount is "12,50", that has no id, or whose currency is DOLLAR.
-- silent: A record that lacks an optional field, or has one that the contract does not know.
-- action: Ask the partner to correct the record; where the API differs from what is assumed of it, say so in the configuration (contract).
-- rests on: list
-- accepts: detail
WITH money AS (
  SELECT *, recon.currency_name(coalesce(readable['currency'], readable['from_currency'])) AS currency,
    TRY_CAST(coalesce(readable['amount'], readable['from_amount'], readable['total']) AS DECIMAL(38,18)) AS amount
  FROM recon.refused
)
SELECT stream, coalesce(record_id, place) AS record_id, min(customer_id) AS customer_id,
  min(currency) FILTER (amount IS NOT NULL) AS currency, max(amount) FILTER (currency IS NOT NULL) AS actual,
  string_agg(DISTINCT reason, '; ' ORDER BY reason) AS detail
FROM money
GROUP BY stream, coalesce(record_id, place)
