-- severity: high
-- family: coverage
-- definition: The credentials lack the scope that a list needs, for everyone or for some customers.
-- finds: The credentials have no scope for conversions, so that no customer's conversions were read.
-- silent: A list that is empty.
-- action: Ask the partner for the scope, or to explain why it is denied for some customers alone.
-- rests on: stream
-- accepts: record_id
WITH asked AS (
  SELECT stream, customer_id, state = 'DENIED' AS is_denied,
    -- Who cannot have the list, or is not known, says nothing of whether it is everyone's.
    bool_and(state = 'DENIED') FILTER (state <> 'NOT_APPLICABLE' AND problem_code IS DISTINCT FROM 'PARTNER_CUSTOMER_NOT_FOUND')
      OVER (PARTITION BY stream) AS is_everyones
  FROM recon.coverage WHERE run_id = recon.run()
),
denied AS (
  SELECT stream, CASE WHEN is_everyones THEN stream ELSE concat_ws('/', customer_id, stream) END AS record_id,
    CASE WHEN NOT is_everyones THEN customer_id END AS customer_id
  FROM asked WHERE is_denied
)
SELECT stream, record_id, customer_id,
  CASE WHEN customer_id IS NOT NULL THEN 'the scope is denied for this customer, and not for everyone, so the list was not read'
    ELSE concat('the scope is denied, so the list was not read for ', count(*), CASE count(*) WHEN 1 THEN ' customer' ELSE ' customers' END) END AS detail
FROM denied
GROUP BY stream, record_id, customer_id
