import { Effect } from "effect"
import type { Row, Sql } from "../../store/database.ts"
import type { ReportDefinition } from "../report/definition.ts"
import { packageReport } from "../report/report-definitions.ts"
import { formatMoney } from "../run/money-format.ts"
import { chosenExceptions, type ExceptionFilter, type ListedException } from "./filter.ts"
import type { ExceptionState } from "./state.ts"

type Order = readonly [column: keyof ListedException, direction: "asc" | "desc"]

const ascending = (...columns: ReadonlyArray<keyof ListedException>): ReadonlyArray<Order> =>
  columns.map((column) => [column, "asc"])

/** In which order; amounts of different currencies do not compare, so the largest come first within each. */
export const sortOrders = {
  severity: ascending("severity_order", "code", "record_id", "leg"),
  age: ascending("first_seen", "severity_order", "code", "record_id", "leg"),
  amount: [...ascending("currency"), ["amount_at_stake", "desc"], ...ascending("code", "record_id", "leg")],
  code: ascending("code", "severity_order", "record_id", "leg"),
  customer: ascending("partner_customer_ref", "customer_id", "severity_order", "code", "record_id", "leg"),
} as const satisfies Readonly<Record<string, ReadonlyArray<Order>>>

export type SortOrder = keyof typeof sortOrders

export interface ListRequest {
  readonly filter: ExceptionFilter
  readonly states: ReadonlyArray<ExceptionState>
  readonly sort: SortOrder
  /** Null for all of them. */
  readonly limit: number | null
}

export interface ExceptionList {
  /** Those of the report `exceptions`. */
  readonly columns: ReportDefinition["columns"]
  /** By those columns, amounts exact and at their currency's places. */
  readonly rows: ReadonlyArray<Row>
  /** How many there are without the limit. */
  readonly total: number
}

/** The exceptions that are meant, in total order, so that equal stores give equal lists. */
export const listExceptions = (sql: Sql, request: ListRequest) =>
  Effect.gen(function* () {
    const { columns } = yield* packageReport("exceptions")
    const chosen = chosenExceptions(sql, request.filter, request.states)
    const order: ReadonlyArray<Order> = [...sortOrders[request.sort], ["exception_id", "asc"]]
    const all = order.reduce(
      (query, [column, direction]) => query.orderBy(column, (by) => by[direction]().nullsLast()),
      chosen.selectAll(),
    )
    const found: ReadonlyArray<Row> = yield* sql.query(request.limit === null ? all : all.limit(request.limit))
    const [counted] = yield* sql.query(chosen.select(({ fn }) => fn.countAll<bigint>().as("total")))
    const rows = found.map((row) =>
      Object.fromEntries(
        columns.map(({ name, type }) => {
          const value = row[name] ?? null
          const isAmount = type.kind === "money" && value !== null
          return [name, isAmount ? formatMoney(String(value), Number(row.places ?? 0)) : value]
        }),
      ),
    )
    return { columns, rows, total: Number(counted?.total ?? 0n) } satisfies ExceptionList
  })
