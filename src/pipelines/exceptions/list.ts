import { Effect } from "effect"
import type { Row, Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { ageBucket } from "../evidence/age-bucket.ts"
import type { ReportDefinition, ReportOrder } from "../report/definition.ts"
import { reportQuery } from "../report/report-query.ts"
import { formatMoney } from "../run/money-format.ts"
import { atStake } from "./at-stake.ts"
import { agedExceptions, type ExceptionFilter, filterCondition } from "./filter.ts"
import type { ExceptionState } from "./state.ts"

const ascending = (...columns: ReadonlyArray<string>): ReadonlyArray<ReportOrder> =>
  columns.map((column) => ({ column, descending: false }))

/** In which order; amounts of different currencies do not compare, so the largest come first within each. */
export const sortOrders = {
  severity: ascending("severity_order", "code", "record_id", "leg"),
  age: ascending("first_seen", "severity_order", "code", "record_id", "leg"),
  amount: [
    ...ascending("currency"),
    { column: "amount_at_stake", descending: true },
    ...ascending("code", "record_id", "leg"),
  ],
  code: ascending("code", "severity_order", "record_id", "leg"),
  customer: ascending("partner_customer_ref", "customer_id", "severity_order", "code", "record_id", "leg"),
} as const satisfies Readonly<Record<string, ReadonlyArray<ReportOrder>>>

export type SortOrder = keyof typeof sortOrders

const text = { kind: "text" } as const
const money = { kind: "money", currencyColumn: "currency" } as const
const time = { kind: "time" } as const

/** Exactly the columns of the report `exceptions`. They are the same in CSV, page and workbook. */
export const exceptionColumns: ReportDefinition["columns"] = [
  { name: "exception_id", type: text },
  { name: "code", type: text },
  { name: "severity", type: text },
  { name: "state", type: text },
  { name: "stream", type: text },
  { name: "record_id", type: text },
  { name: "counterpart_id", type: text },
  { name: "customer_id", type: text },
  { name: "partner_customer_ref", type: text },
  { name: "currency", type: text },
  { name: "expected", type: money },
  { name: "actual", type: money },
  { name: "difference", type: money },
  { name: "tolerance", type: money },
  { name: "first_seen", type: time },
  { name: "last_seen", type: time },
  { name: "age_days", type: { kind: "integer" } },
  { name: "bucket", type: text },
  { name: "assignee", type: text },
  { name: "detail", type: text },
  { name: "amount_at_stake", type: money },
  { name: "what_to_do", type: text },
  { name: "evidence", type: text },
]

/** An exception that an earlier version found last has no stake of its own yet: what its amounts say stands for it. */
const stake = `coalesce(a.at_stake, abs(${atStake("a.difference", "a.actual", "a.expected")}))`

const listSql = (condition: string): string => `
  ${agedExceptions}
  SELECT a.*, s.what_to_do, concat('tidemark exceptions show ', a.exception_id) AS evidence, ${stake} AS amount_at_stake,
    ${ageBucket("a.age_days")} AS bucket,
    list_position(['critical', 'high', 'medium', 'low', 'info'], a.severity) AS severity_order
  FROM (SELECT * FROM aged WHERE ${condition}) AS a
  LEFT JOIN recon.check_settings AS s ON s.code = a.code`

export interface ListRequest {
  readonly filter: ExceptionFilter
  readonly states: ReadonlyArray<ExceptionState>
  readonly sort: SortOrder
  /** Null for all of them. */
  readonly limit: number | null
}

export interface ExceptionList {
  /** The columns of the report, amounts exact and at their currency's places. */
  readonly rows: ReadonlyArray<Row>
  /** How many there are without the limit. */
  readonly total: number
}

/** The exceptions that are meant, in total order, so that equal stores give equal lists. */
export const listExceptions = (sql: Sql, request: ListRequest): Effect.Effect<ExceptionList, StoreError> =>
  Effect.gen(function* () {
    const { condition, parameters } = filterCondition(request.filter, request.states)
    const query = reportQuery({
      name: "exceptions",
      title: "Exceptions",
      about: "",
      columns: exceptionColumns,
      order: sortOrders[request.sort],
      sql: listSql(condition),
    })
    const limit = request.limit === null ? "" : ` LIMIT ${request.limit}`
    const found = yield* sql.rows(`${query}${limit}`, parameters)
    const [counted] = yield* sql.rows<{ total: bigint }>(
      `${agedExceptions} SELECT count(*) AS total FROM aged WHERE ${condition}`,
      parameters,
    )
    const currencies = yield* sql.rows<{ currency: string; places: number }>(
      "SELECT currency, places FROM recon.currencies",
    )
    const places = new Map(currencies.map((row) => [row.currency, row.places]))
    const rows = found.map((row) =>
      Object.fromEntries(
        exceptionColumns.map(({ name, type }) => {
          const value = row[name] ?? null
          const isAmount = type.kind === "money" && value !== null
          return [name, isAmount ? formatMoney(String(value), places.get(String(row.currency))) : value]
        }),
      ),
    )
    return { rows, total: Number(counted?.total ?? 0n) }
  })
