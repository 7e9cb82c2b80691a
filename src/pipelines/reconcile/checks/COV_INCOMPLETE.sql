-- severity: critical
-- family: coverage
-- definition: A list is neither COMPLETE nor NOT_APPLICABLE in this run (denied lists and unknown customers have codes of their own).
-- finds: The transactions of a customer were read up to page 7, where the API failed for good.
-- silent: A list that the customer cannot have, because its product is not enabled.
-- action: Run again. Where the same list fails again, send the support bundle to the partner: nothing is called absent there until it is read.
-- rests on: list
-- accepts: state
SELECT stream, concat_ws('/', customer_id, stream) AS record_id, customer_id, state,
  concat(state, ' after ', pages, CASE pages WHEN 1 THEN ' page: ' ELSE ' pages: ' END, reason) AS detail
FROM recon.coverage
WHERE run_id = recon.run() AND state NOT IN ('COMPLETE', 'NOT_APPLICABLE', 'DENIED')
  AND problem_code IS DISTINCT FROM 'PARTNER_CUSTOMER_NOT_FOUND'
