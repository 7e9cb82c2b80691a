import { streams } from "../../../api/streams.ts"
import { movementRows } from "../../evidence/movements.ts"
import type { Check } from "../check.ts"

/** Products whose records carry a reference of the payer or payee; the others have nothing to tell a copy by. */
const withReference = movementRows.filter((row) =>
  streams.some(({ fields, stream }) => stream === row.stream && fields.some(({ column }) => column === "reference")),
)

const settledOf = ({ id, stream }: (typeof movementRows)[number]): string => `
        SELECT '${stream}' AS stream, p.${id} AS record_id, p.customer_id, p.currency, p.amount, p.reference, p.created_at
        FROM main.${stream} AS p
        JOIN recon.statuses AS s ON s.stream = '${stream}' AND s.status = p.status AND s.class = 'settled'
        WHERE trim(p.reference) <> ''`

export const duplicateChecks: ReadonlyArray<Check> = [
  {
    code: "DUP_PRODUCT",
    severity: "high",
    family: "duplicates",
    definition:
      "A settled record repeats an earlier settled one of its stream created within 24 hours before: same customer, currency, amount and reference.",
    // Only what occurs more than once is put in order. A third copy is measured from the second, not from the first.
    query: `
      WITH settled AS (${withReference.map(settledOf).join("\n        UNION ALL")}
      ),
      repeated AS (
        SELECT stream, customer_id, currency, amount, reference FROM settled GROUP BY ALL HAVING count(*) > 1
      ),
      in_turn AS (
        SELECT *, lag(record_id) OVER turn AS earlier_id, lag(created_at) OVER turn AS earlier_at
        FROM settled SEMI JOIN repeated USING (stream, customer_id, currency, amount, reference)
        WINDOW turn AS (PARTITION BY stream, customer_id, currency, amount, reference ORDER BY created_at, record_id)
      )
      SELECT stream, record_id, earlier_id AS counterpart_id, customer_id, currency, amount AS actual,
        concat(plain(amount), ' ', currency, ' with the reference ', reference, ' was recorded before, at ', moment(earlier_at)) AS detail
      FROM in_turn WHERE created_at <= earlier_at + to_hours(getvariable('limit_hours'))`,
    unproven: null,
    limitHours: 24,
    finds: 'Two COMPLETED deposits of 250.00 USD with the reference "INV 7", the second six hours after the first.',
    silent: "The second one 25 hours after the first, a first one that FAILED, or two deposits without a reference.",
  },
]
