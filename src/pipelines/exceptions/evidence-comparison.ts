import { Effect } from "effect"
import { type ProductRow, products } from "../../api/contract/products.ts"
import type { Row, Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { type Leg, legsOf } from "../evidence/products-sql.ts"
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

/** What a leg of the product record means for the balance, beside the transaction that was found for it. */
const movementSql = ({ id, resourceType, stream }: ProductRow, leg: Leg): string => `
  WITH record AS (
    SELECT p.customer_id, '${leg.direction}' AS direction, p.${leg.currency} AS currency, ${leg.amount} AS amount, ${leg.fee} AS fee,
      ${leg.net} AS net_amount, p.status
    FROM main.${stream} AS p WHERE p.${id} = $1
  ),
  counterpart AS (
    SELECT customer_id, direction, currency, amount, fee, net_amount, status
    FROM main.transactions WHERE transaction_id = $2 AND coalesce(resource_type, '${resourceType}') = '${resourceType}'${leg.leg === null ? "" : ` AND direction = '${leg.direction}'`}
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
    const product = products.find((row) => row.stream === record.stream)
    const moved = product && legsOf(product).find((one) => leg === null || (one.leg ?? one.direction) === leg)
    if (product === undefined || moved === undefined || counterpart.stream !== "transactions")
      return sharedFields(record, counterpart)
    return yield* sql.rows<ComparedField>(movementSql(product, moved), [record.record_id, counterpart.record_id])
  })
