-- about: What a balance states beyond what is computed, largest first: what suspects are sought for.
-- kind: table
-- residual_no: Its place, the largest first.
-- code: The check that tells it.
-- customer_id: The customer.
-- currency: The currency.
-- network: The network, where the balance is judged by network.
-- since: The opening's instant; NULL where it is about all transactions.
-- opening_run: The run that read the opening.
-- until: The closing's instant.
-- gap: What the balance states, less what is computed.
WITH gap AS (
  SELECT 'BAL_INCEPTION' AS code, customer_id, currency, network, NULL::TIMESTAMPTZ AS since, NULL AS opening_run, as_of AS until, TRY(total - since_inception) AS gap
  FROM recon.closing WHERE is_listed AND inception_obstacle IS NULL AND NOT inception_ties
  UNION ALL
  SELECT 'BAL_ROLLFORWARD', customer_id, currency, network, opening_as_of, opening_run, as_of, TRY(total - rolled)
  FROM recon.closing WHERE is_listed AND opening IS NOT NULL AND rolled_obstacle IS NULL AND NOT rolled_ties
)
SELECT row_number() OVER (ORDER BY abs(gap) DESC, code, customer_id, currency, network) AS residual_no, * FROM gap WHERE gap IS NOT NULL
