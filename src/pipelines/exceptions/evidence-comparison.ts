import { Effect } from "effect"
import type { Row, Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { matchKindOf, movementRows } from "../evidence/movements.ts"
import type { RecordEvidence } from "./evidence-records.ts"

/** One field of both records, side by side. */
export interface ComparedField {
  readonly field: string
  readonly record: string | null
  readonly counterpart: string | null
  /** The counterpart's amount less the record's, where both are amounts in one currency. */
  readonly difference: string | null
}

const fields = ["customer_id", "direction", "currency", "amount", "fee", "net_amount", "status"] as const

/** What the product record means for the balance, beside the transaction that was found for it. */
const movementSql = (side: (typeof movementRows)[number]): string => `
  WITH record AS (
    SELECT customer_id, '${side.direction}' AS direction, ${side.currency} AS currency, ${side.amount} AS amount, ${side.fee} AS fee,
      ${side.netAmount} AS net_amount, status
    FROM main.${side.stream} WHERE ${side.id} = $1
  ),
  counterpart AS (
    SELECT customer_id, direction, currency, amount, fee, net_amount, status
    FROM main.transactions AS t WHERE transaction_id = $2
      AND ${matchKindOf("t")} = '${side.resourceType}${side.leg ? ` ${side.direction}` : ""}'
  )
  ${fields
    .map((field) => {
      const isAmount = field === "amount" || field === "fee" || field === "net_amount"
      const difference = isAmount
        ? `CASE WHEN r.currency = c.currency THEN TRY(c.${field} - r.${field})::VARCHAR END`
        : "NULL"
      return `SELECT '${field}' AS field, r.${field}::VARCHAR AS record, c.${field}::VARCHAR AS counterpart, ${difference} AS difference FROM record AS r CROSS JOIN counterpart AS c`
    })
    .join("\n  UNION ALL ")}`

const textOf = (value: Row[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value)

/** The columns that both records have, in the record's order. */
const sharedFields = (record: RecordEvidence, counterpart: RecordEvidence): ReadonlyArray<ComparedField> =>
  Object.keys(record.typed)
    .filter((field) => field in counterpart.typed)
    .map((field) => ({
      field,
      record: textOf(record.typed[field]),
      counterpart: textOf(counterpart.typed[field]),
      difference: null,
    }))

/** Both records side by side; nothing where there is only one. Amounts are exact. */
export const compareRecords = (
  sql: Sql,
  records: ReadonlyArray<RecordEvidence>,
  leg: string | null,
): Effect.Effect<ReadonlyArray<ComparedField>, StoreError> =>
  Effect.gen(function* () {
    const record = records.find((one) => one.side === "record")
    const counterpart = records.find((one) => one.side === "counterpart")
    if (record === undefined || counterpart === undefined) return []
    const side = movementRows.find((row) => row.stream === record.stream && (leg === null || row.direction === leg))
    if (side === undefined || counterpart.stream !== "transactions") return sharedFields(record, counterpart)
    return yield* sql.rows<ComparedField>(movementSql(side), [record.record_id, counterpart.record_id])
  })
