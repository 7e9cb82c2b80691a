import { Effect } from "effect"
import { products } from "../../api/contract/products.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { contentJson, recordIdOf, type TypedTable } from "../../store/typed-table.ts"
import type { Rows, Step, Values } from "./alteration.ts"
import { alterations } from "./alterations.ts"
import type { Chosen } from "./sample.ts"

/** The reading that is altered, and the one before it, where there is one. */
export interface Reading {
  readonly runId: string
  /** Null where nothing is known from earlier: what is dropped was never there. */
  readonly earlierRunId: string | null
}

/** What alterations may use beside the macros of schema recon. */
export const drillMacros: ReadonlyArray<string> = [
  "CREATE SCHEMA IF NOT EXISTS drill",
  `CREATE OR REPLACE MACRO drill.last_place(of_currency) AS recon.of_units(CAST(rpad('1', 19 - coalesce(recon.places(recon.currency_name(of_currency)), 18)::INTEGER, '0') AS HUGEINT))`,
  "CREATE OR REPLACE MACRO drill.hundredth(amount) AS recon.of_units(greatest(recon.units(amount) // 100, 1::HUGEINT))",
  `CREATE OR REPLACE MACRO drill.moved_since(of_customer, of_currency, after, up_to) AS (
     SELECT coalesce(sum(m.moved), 0) FROM recon.transaction AS m
     WHERE m.customer_id = of_customer AND m.currency = recon.currency_name(of_currency) AND m.posted_at > after AND m.posted_at <= up_to)`,
]

const columns = [
  "alteration",
  "of_table",
  "listed_as",
  "record_id",
  "customer_id",
  "other_customer",
  "other_account",
  "currency",
  "amount",
  "created_at",
  "resource_type",
] as const

const types: Partial<Record<(typeof columns)[number], string>> = { amount: "DECIMAL(38,18)", created_at: "TIMESTAMPTZ" }

const targetsSql = `
  CREATE OR REPLACE TABLE drill.target AS
  SELECT row_number() OVER () AS case_no, * FROM (
    SELECT ${columns.map((column, place) => `CAST(unnest($${place + 1}) AS ${types[column] ?? "VARCHAR"}) AS ${column}`).join(", ")})`

const matching = (rows: Rows, table: TypedTable): string => {
  switch (rows) {
    case "record":
      return `${recordIdOf(table, "t")} = d.record_id`
    case "its transactions":
      return "t.resource_type = d.resource_type AND t.resource_id = d.record_id"
    case "its list from there on":
      return "t.customer_id = d.customer_id AND t.created_at <= d.created_at"
    case "everything":
      return "t.customer_id = d.customer_id"
  }
}

/** `account` stands for the column in which a product names one. */
const columnsOf = (values: Values, stream: string): ReadonlyArray<readonly [string, string]> => {
  const account = products.find((product) => product.stream === stream)?.account?.column
  return Object.entries(values).map(([column, value]) => [column === "account" ? (account ?? column) : column, value])
}

interface Place {
  readonly table: TypedTable
  readonly rows: Rows
  /** Which targets are meant, of `d`. */
  readonly of: string
}

const fromTargets = ({ of, rows, table }: Place): string => `drill.target AS d WHERE ${of} AND ${matching(rows, table)}`

const setSql = (place: Place, values: Values, { earlierRunId, runId }: Reading): ReadonlyArray<string> => {
  const { table } = place
  const assigned = columnsOf(values, table.name).map(([column, value]) => `${column} = ${value}`)
  const archived = `
    INSERT INTO main.superseded_versions
    SELECT ${quoteText(table.name)}, ${recordIdOf(table, "t")}, t.version, t.version_seen_run, ${quoteText(earlierRunId ?? "")}, t.content_hash, ${contentJson(table, "t")}
    FROM main.${table.name} AS t, ${fromTargets(place)}`
  const version = `version = t.version + 1, version_seen_run = ${quoteText(runId)}`
  return [
    ...(earlierRunId === null ? [] : [archived]),
    `UPDATE main.${table.name} AS t SET ${[...assigned, ...(earlierRunId === null ? [] : [version])].join(", ")} FROM ${fromTargets(place)}`,
  ]
}

const dropSql = (place: Place, { earlierRunId }: Reading): string =>
  earlierRunId === null
    ? `DELETE FROM main.${place.table.name} AS t USING ${fromTargets(place)}`
    : `UPDATE main.${place.table.name} AS t SET last_seen_run = ${quoteText(earlierRunId)} FROM ${fromTargets(place)}`

const copySql = (place: Place, values: Values, { runId }: Reading): string => {
  const { table } = place
  const [id] = table.key.map(({ column }) => column)
  const run = quoteText(runId)
  const replaced = [
    `concat('drill-', t.${id}) AS ${id}`,
    ...columnsOf(values, table.name).map(([column, value]) => `${value} AS ${column}`),
    "1 AS version",
    ...["version_seen_run", "first_seen_run", "last_seen_run"].map((column) => `${run} AS ${column}`),
  ]
  return `INSERT INTO main.${table.name} BY NAME SELECT t.* REPLACE (${replaced.join(", ")}) FROM main.${table.name} AS t, ${fromTargets(place)}`
}

/** The customer is on the roster no longer: nothing of it was read. */
const leaveSql = (of: string, tables: ReadonlyArray<TypedTable>, reading: Reading): ReadonlyArray<string> => {
  const whose = `IN (SELECT d.customer_id FROM drill.target AS d WHERE ${of})`
  return [
    `DELETE FROM recon.coverage WHERE run_id = ${quoteText(reading.runId)} AND customer_id ${whose}`,
    ...tables.map((table) => dropSql({ table, rows: "everything", of }, reading)),
    reading.earlierRunId === null
      ? `DELETE FROM main.customers WHERE customer_id ${whose}`
      : `UPDATE main.customers SET last_seen_run = ${quoteText(reading.earlierRunId)} WHERE customer_id ${whose}`,
  ]
}

const stepSql = (
  step: Step,
  ofTable: string,
  of: string,
  tables: ReadonlyArray<TypedTable>,
  reading: Reading,
): ReadonlyArray<string> => {
  if (step.do === "leave") return leaveSql(of, tables, reading)
  const { rows } = step
  const named = rows === "its transactions" ? "transactions" : ofTable
  return tables
    .filter(({ name }) => rows === "everything" || name === named)
    .flatMap((table) => {
      const place = { table, rows, of }
      if (step.do === "set") return setSql(place, step.values, reading)
      return [step.do === "drop" ? dropSql(place, reading) : copySql(place, step.values, reading)]
    })
}

/** Alters the chosen records of a reading, each by its alteration. */
export const alter = (
  sql: Sql,
  cases: ReadonlyArray<Chosen>,
  tables: ReadonlyArray<TypedTable>,
  reading: Reading,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(
      targetsSql,
      columns.map((column) => cases.map((one) => one[column])),
    )
    for (const { name, steps } of alterations) {
      const own = cases.filter(({ alteration }) => alteration === name)
      for (const ofTable of new Set(own.map(({ of_table }) => of_table))) {
        const of = `d.alteration = ${quoteText(name)} AND d.of_table = ${quoteText(ofTable)}`
        for (const step of steps) {
          for (const statement of stepSql(step, ofTable, of, tables, reading)) yield* sql.run(statement)
        }
      }
    }
  })
