import { streams } from "../../../api/streams.ts"
import { movementRows } from "../../evidence/movements.ts"
import type { Check } from "../check.ts"
import { idColumnOf } from "../id-column.ts"

const withStatuses = streams.filter((row) => row.statuses !== null)

const unknownStatusOf = (stream: (typeof streams)[number]): string => `
      SELECT '${stream.stream}' AS stream, r.${idColumnOf(stream)} AS record_id, r.customer_id,
        concat('the status ', r.status, ' is not in the contract') AS detail
      FROM main.${stream.stream} AS r ANTI JOIN recon.statuses AS s ON s.stream = '${stream.stream}' AND s.status = r.status`

const arithmeticOf = (stream: string, id: string, sign: string): string => `
      SELECT '${stream}' AS stream, ${id} AS record_id, customer_id, currency, net_amount AS actual,
        TRY(amount ${sign} fee) AS expected,
        concat('amount ', plain(amount), ' ${sign} fee ', plain(fee), ' is not netAmount ', plain(net_amount)) AS detail
      FROM main.${stream} WHERE TRY(amount ${sign} fee) IS DISTINCT FROM net_amount`

const signOf = (direction: "CREDIT" | "DEBIT"): string => (direction === "CREDIT" ? "-" : "+")

export const recordChecks: ReadonlyArray<Check> = [
  {
    code: "REC_INVALID",
    severity: "high",
    family: "records",
    definition: "A record cannot be read by the contract; it is in quarantine with its payload.",
    query: `
      WITH placed AS (
        -- A chain that was restarted, or looked back on, brings a record again: its place is the first in the last chain.
        SELECT *, first_value(concat_ws('/', customer_id, stream, sequence, item_index)) OVER (
          PARTITION BY customer_id, stream, payload ORDER BY chain DESC, sequence, item_index
        ) AS place
        FROM raw.quarantine WHERE run_id = getvariable('run')
      )
      SELECT stream, coalesce(record_id, place) AS record_id, min(customer_id) AS customer_id,
        string_agg(DISTINCT reason, '; ' ORDER BY reason) AS detail
      FROM placed
      GROUP BY ALL`,
    unproven: null,
    finds: 'A deposit whose amount is "12,50", or that has no id.',
    silent: "A record that lacks an optional field, or has one that the contract does not know.",
  },
  {
    code: "REC_UNKNOWN_STATUS",
    severity: "medium",
    family: "records",
    definition: "A record has a status outside the contract, so nobody can say what it means for money.",
    query: withStatuses.map(unknownStatusOf).join("\n      UNION ALL BY NAME"),
    unproven: null,
    finds: "A withdrawal that is ON_HOLD.",
    silent: "A withdrawal that is PENDING_APPROVAL, however long.",
  },
  {
    code: "REC_ARITHMETIC",
    severity: "high",
    family: "records",
    definition:
      "amount, fee and netAmount do not agree: netAmount is amount - fee for a credit, amount + fee for a debit.",
    query: [
      ...movementRows.filter((row) => !row.leg).map((row) => arithmeticOf(row.stream, row.id, signOf(row.direction))),
      `${arithmeticOf("transactions", "transaction_id", "-")} AND direction = 'CREDIT'`,
      `${arithmeticOf("transactions", "transaction_id", "+")} AND direction = 'DEBIT'`,
    ].join("\n      UNION ALL BY NAME"),
    unproven: null,
    finds: "A deposit of 100 with a fee of 1 and a netAmount of 101: a fee makes a credit smaller.",
    silent: "A withdrawal of 100 with a fee of 1 and a netAmount of 101.",
  },
]
