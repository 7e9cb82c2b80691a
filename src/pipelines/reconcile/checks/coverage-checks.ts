import type { Check } from "../check.ts"

export const coverageChecks: ReadonlyArray<Check> = [
  {
    code: "COV_INCOMPLETE",
    severity: "critical",
    family: "coverage",
    definition:
      "A partition is neither COMPLETE nor NOT_APPLICABLE in this run (denied streams and unknown customers have codes of their own).",
    query: `
      SELECT stream, concat_ws('/', customer_id, stream) AS record_id, customer_id,
        concat(state, ' after ', pages, CASE pages WHEN 1 THEN ' page: ' ELSE ' pages: ' END, reason) AS detail
      FROM recon.coverage
      WHERE run_id = getvariable('run') AND state NOT IN ('COMPLETE', 'NOT_APPLICABLE', 'DENIED')
        AND problem_code IS DISTINCT FROM 'PARTNER_CUSTOMER_NOT_FOUND'`,
    unproven: null,
    finds: "The transactions of a customer were read up to page 7, where the API failed for good.",
    silent: "A list that the customer cannot have, because its product is not enabled.",
  },
  {
    code: "COV_DENIED",
    severity: "high",
    family: "coverage",
    definition: "The credentials lack the scope that a stream needs.",
    query: `
      SELECT stream, stream AS record_id,
        concat('the scope is denied, so the list was not read for ', count(*), CASE count(*) WHEN 1 THEN ' customer' ELSE ' customers' END) AS detail
      FROM recon.coverage
      WHERE run_id = getvariable('run') AND state = 'DENIED'
      GROUP BY stream`,
    unproven: null,
    finds: "The credentials have no scope for conversions, so that no customer's conversions were read.",
    silent: "A list that is empty.",
  },
  {
    code: "COV_CUSTOMER_UNKNOWN",
    severity: "high",
    family: "coverage",
    definition: "The API does not know a customer on the roster.",
    query: `
      SELECT customer_id AS record_id, customer_id,
        concat('the API does not know this customer (', count(*), CASE count(*) WHEN 1 THEN ' list' ELSE ' lists' END, ')') AS detail
      FROM recon.coverage
      WHERE run_id = getvariable('run') AND problem_code = 'PARTNER_CUSTOMER_NOT_FOUND'
      GROUP BY customer_id`,
    unproven: null,
    finds: "A customer of the roster whose id was mistyped.",
    silent: "A customer who is known and has no record at all.",
  },
]
