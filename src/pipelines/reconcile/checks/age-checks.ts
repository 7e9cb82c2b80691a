import { knownAgeLimits } from "../../configuration/file.ts"
import { movementRows } from "../../evidence/movements.ts"
import type { Check } from "../check.ts"

const products = movementRows.filter((row) => row.direction === "DEBIT" || !row.leg)

const openRecord = (stream: string, id: string): string => `
        SELECT '${stream}' AS stream, p.${id} AS record_id, p.customer_id, p.status, p.created_at
        FROM main.${stream} AS p JOIN recon.statuses AS s ON s.stream = '${stream}' AND s.status = p.status AND s.class = 'open'`

const ageSentence =
  "concat(status, ' since ', moment(created_at), ', and the limit is ', hours, CASE hours WHEN 1 THEN ' hour' ELSE ' hours' END)"

export const ageChecks: ReadonlyArray<Check> = [
  {
    code: "AGE_STUCK",
    severity: "medium",
    family: "age",
    definition:
      "A record, or a transaction without a resource, is open longer than its stream's limit (high past three times the limit).",
    query: `
      WITH open_record AS (
        ${products.map((row) => openRecord(row.stream, row.id)).join("\n        UNION ALL BY NAME")}
        UNION ALL BY NAME${openRecord("transactions", "transaction_id")} WHERE p.resource_id IS NULL
      )
      SELECT stream, record_id, customer_id, ${ageSentence} AS detail,
        CASE WHEN created_at + to_hours(3 * hours) < getvariable('started_at') THEN 'high' END AS severity
      FROM open_record JOIN limits USING (stream)
      WHERE code = 'AGE_STUCK' AND created_at + to_hours(hours) < getvariable('started_at')
        AND NOT (stream = 'crypto_deposits' AND status = 'PENDING_TRAVEL_RULE')`,
    unproven: null,
    limitHours: knownAgeLimits,
    finds: "A fiat deposit that has been PROCESSING for three days; its limit is two.",
    silent:
      "A fiat deposit that has been PENDING for 47 hours, or one with a status outside the contract (REC_UNKNOWN_STATUS).",
  },
  {
    code: "AGE_TRAVEL_RULE",
    severity: "high",
    family: "age",
    definition: "A crypto deposit waits for Travel Rule information longer than the limit of its stream.",
    query: `
      SELECT 'crypto_deposits' AS stream, deposit_id AS record_id, customer_id, currency, amount AS actual, ${ageSentence} AS detail
      FROM main.crypto_deposits JOIN limits ON code = 'AGE_TRAVEL_RULE' AND stream = 'crypto_deposits'
      WHERE status = 'PENDING_TRAVEL_RULE' AND created_at + to_hours(hours) < getvariable('started_at')`,
    unproven: null,
    limitHours: { crypto_deposits: knownAgeLimits.crypto_deposits ?? 24 },
    finds: "A crypto deposit that has been PENDING_TRAVEL_RULE since the day before yesterday.",
    silent: "One that has been PENDING_TRAVEL_RULE for 23 hours.",
  },
]
