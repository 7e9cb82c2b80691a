import { Effect } from "effect"
import { products } from "../../api/contract/products.ts"
import { resolveContract } from "../../api/contract.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** What an analyst must know of a column. */
export interface DescribedColumn {
  readonly name: string
  readonly type: string
  /** What a figure counts, or the column that holds the currency of an amount; null where it is no figure. */
  readonly unit: string | null
  readonly isKey: boolean
  /** `main.customers.customer_id`: the column that holds what this one names. */
  readonly refersTo: string | null
  /** Names or identifies a person, or may hold what does. */
  readonly isPersonal: boolean
  readonly about: string
}

export interface DescribedTable {
  /** With its schema. */
  readonly name: string
  readonly kind: "table" | "view"
  readonly about: string
  readonly columns: ReadonlyArray<DescribedColumn>
}

const contract = resolveContract()

/** What tells the rows of a fixed table apart; of a typed table the contract says it. */
const keys: Readonly<Record<string, ReadonlyArray<string>>> = {
  ...Object.fromEntries(
    contract.streams.map(({ idFields, stream }) => [`main.${stream}`, idFields.map(({ column }) => column)]),
  ),
  "main.customers": ["customer_id"],
  "main.superseded_versions": ["stream", "record_id", "version"],
  "main.record_versions": ["stream", "record_id", "version"],
  "main.book_lines": ["book", "line_id"],
  "raw.pages": ["run_id", "customer_id", "stream", "sequence"],
  "recon.runs": ["run_id"],
  "recon.coverage": ["run_id", "customer_id", "stream"],
  "recon.exceptions": ["exception_id"],
  "recon.open_exceptions": ["exception_id"],
  "recon.exception_events": ["event_no"],
  "recon.exception_changes": ["event_no"],
  "recon.check_settings": ["code"],
  "recon.check_results": ["run_id", "code"],
  "recon.currencies": ["currency"],
  "recon.statuses": ["stream", "status"],
  "recon.product": ["stream"],
  "recon.signatures": ["signature_no"],
  "recon.transaction": ["transaction_id"],
  "recon.conversion": ["conversion_id"],
  "recon.conversion_terms": ["conversion_id"],
}

/** Columns whose name says what they refer to, wherever they stand. */
const references: ReadonlyArray<readonly [column: RegExp, target: string]> = [
  [/^(run_id|.*_run)$/, "recon.runs.run_id"],
  [/^customer_id$/, "main.customers.customer_id"],
  [/^exception_id$/, "recon.exceptions.exception_id"],
  [/^transaction_id$/, "main.transactions.transaction_id"],
  [/^code$/, "recon.check_settings.code"],
  [/^quote_id$/, "main.conversion_quotes.quote_id"],
  [/^conversion_id$/, "main.conversions.conversion_id"],
  [/^checkout_id$/, "main.checkouts.checkout_id"],
]

/** Columns of one list that name a record of another: accounts, and what a refund sends back. */
const ofLists: Readonly<Record<string, string>> = Object.fromEntries(
  products.flatMap(({ account, id, refunds, stream }) => [
    ...(account === null
      ? []
      : [[`main.${stream}.${account.column}`, `main.${account.stream}.${keys[`main.${account.stream}`]?.[0]}`]]),
    ...(refunds === null ? [] : [[`main.${refunds.stream}.${refunds.column}`, `main.${stream}.${id}`]]),
  ]),
)

/** Beside the personal fields of the contract: columns that hold whole records. */
const personal: ReadonlySet<string> = new Set([
  ...contract.streams.flatMap(({ fields, stream }) =>
    fields.filter(({ type }) => type === "personal").map(({ column }) => `main.${stream}.${column}`),
  ),
  "main.superseded_versions.content",
  "main.record_versions.content",
  "main.book_lines.description",
  "main.book_lines.payload",
  "raw.pages.body",
  "raw.body_pieces.text",
  "raw.body_texts.text",
  "raw.quarantine.payload",
  "raw.quarantine.readable",
])

/** Figures whose name says their unit. */
const units: ReadonlyArray<readonly [column: RegExp, unit: string]> = [
  [/(^|_)rate$/, "to_currency for one of from_currency"],
  [/^(basis_points|difference_bp)$/, "basis points"],
  [/_ms$/, "milliseconds"],
  [/^seconds_/, "seconds"],
  [/_days$/, "days"],
  [/_hours$/, "hours"],
  [/^bytes$/, "bytes"],
]

/** Amounts that are in another currency than the one that `currency` names. */
const currencies: ReadonlyArray<readonly [column: RegExp, currency: string]> = [
  [/^(quoted_)?from_amount$|^(sold|given)$/, "from_currency"],
  [/^(quoted_)?to_amount$|^(bought|made)$|^difference$/, "to_currency"],
  [/^fee$/, "fee_currency"],
  [/^quoted_fee$/, "quoted_fee_currency"],
]

/** Tables whose amounts are in the currency of another table's row. */
const currencyElsewhere: Readonly<Record<string, string>> = { "recon.residual_entry": "recon.residual.currency" }

const unitOf = (table: string, name: string, type: string, names: ReadonlySet<string>): string | null => {
  const [, unit] = units.find(([column]) => column.test(name)) ?? []
  if (unit !== undefined) return unit
  if (type.startsWith("TIMESTAMP")) return "UTC"
  if (!type.startsWith("DECIMAL")) return null
  const [, currency] = currencies.find(([column, of]) => column.test(name) && names.has(of)) ?? []
  return (
    [currency, "currency"].find((column) => column !== undefined && names.has(column)) ??
    currencyElsewhere[table] ??
    null
  )
}

const referenceOf = (table: string, name: string): string | null => {
  const [, target] = references.find(([column]) => column.test(name)) ?? []
  const found = ofLists[`${table}.${name}`] ?? target ?? null
  // A key does not refer to itself.
  return found === `${table}.${name}` ? null : found
}

interface Row {
  readonly table_name: string
  readonly kind: "table" | "view"
  readonly table_about: string | null
  readonly column_name: string
  readonly data_type: string
  readonly about: string | null
}

/** Every table and view of the store, by the comments that it carries itself. */
export const describeStore = (sql: Sql): Effect.Effect<ReadonlyArray<DescribedTable>, StoreError> =>
  Effect.map(
    sql.rows<Row>(
      `WITH stored AS (
         SELECT schema_name, table_name, 'table' AS kind, comment FROM duckdb_tables() WHERE NOT temporary
         UNION ALL
         SELECT schema_name, view_name, 'view', comment FROM duckdb_views() WHERE NOT internal AND NOT temporary
       )
       SELECT concat(s.schema_name, '.', s.table_name) AS table_name, s.kind, s.comment AS table_about, c.column_name, c.data_type, c.comment AS about
       FROM stored AS s JOIN duckdb_columns() AS c ON c.schema_name = s.schema_name AND c.table_name = s.table_name
       WHERE s.schema_name IN ('main', 'recon', 'raw')
       ORDER BY list_position(['main', 'recon', 'raw'], s.schema_name), s.table_name, c.column_index`,
    ),
    (rows) => {
      const tables = [...new Set(rows.map(({ table_name }) => table_name))]
      return tables.map((name) => {
        const columns = rows.filter(({ table_name }) => table_name === name)
        const names = new Set(columns.map(({ column_name }) => column_name))
        return {
          name,
          kind: columns[0]?.kind ?? "table",
          about: columns[0]?.table_about ?? "",
          columns: columns.map(({ about, column_name, data_type }) => ({
            name: column_name,
            type: data_type,
            unit: unitOf(name, column_name, data_type, names),
            isKey: keys[name]?.includes(column_name) ?? false,
            refersTo: referenceOf(name, column_name),
            isPersonal: personal.has(`${name}.${column_name}`),
            about: about ?? "",
          })),
        }
      })
    },
  )
