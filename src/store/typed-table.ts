import { Effect } from "effect"
import type { Database } from "./database.ts"
import { addColumn, quoteText } from "./describe-table.ts"
import type { StoreError } from "./store-error.ts"

/** A table of typed rows, one row a record, derived from stored pages. */
export interface TypedTable {
  /** In schema main, named after its stream. */
  readonly name: string
  readonly comment: string
  readonly columns: ReadonlyArray<TypedColumn>
  /** The columns that identify a record. */
  readonly key: ReadonlyArray<TypedColumn>
  /** A table that keeps every reading of every run, never overwritten; null where the record's history is enough. */
  readonly snapshots: string | null
}

export interface TypedColumn {
  readonly column: string
  /** The field of the page's items that feeds it. */
  readonly field: string
  readonly type: "text" | "money" | "time"
  readonly required: boolean
  readonly comment: string
  /**
   * A column that holds with how many decimals an amount was written, which a DECIMAL forgets; NULL in rows of earlier versions. It is
   * no part of what a record says, so that nothing has changed where it alone does.
   */
  readonly placesIn?: string
}

/** The columns that hold how an amount was written. */
export const placesOf = (table: TypedTable): ReadonlyArray<{ readonly column: string; readonly of: TypedColumn }> =>
  table.columns.flatMap((of) => (of.placesIn === undefined ? [] : [{ column: of.placesIn, of }]))

const sqlType = { text: "VARCHAR", money: "DECIMAL(38,18)", time: "TIMESTAMPTZ" } as const

/** The columns that the store adds to each typed table. */
const bookkeeping: ReadonlyArray<readonly [name: string, type: string, comment: string]> = [
  ["version", "INTEGER NOT NULL", "1 for the record as first seen, and one more for each change since."],
  ["version_seen_run", "VARCHAR NOT NULL", "The run that first saw this version."],
  ["first_seen_run", "VARCHAR NOT NULL", "The run that first saw the record."],
  ["last_seen_run", "VARCHAR NOT NULL", "The last run that saw the record."],
  [
    "content_hash",
    "VARCHAR NOT NULL",
    "MD5 over the fields as the API wrote them, to notice change; the evidence is the SHA-256 of the page.",
  ],
]

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * The record's id as one text: the key's parts joined with a slash, absent parts left out. A slash inside one of several
 * is written as in a URL, so that `XXX/TRON` is not `XXX` on `TRON`.
 */
export const recordIdOf = (table: TypedTable, row: string): string => {
  const [only, ...others] = table.key.map((column) => `${row}.${column.column}`)
  const parts = [only, ...others].map((part) => `replace(replace(${part}, '%', '%25'), '/', '%2F')`)
  return others.length === 0 ? `${only}` : `concat_ws('/', ${parts.join(", ")})`
}

const columnDefinition = (column: TypedColumn): string =>
  `${column.column} ${sqlType[column.type]}${column.required ? " NOT NULL" : ""}`

const createTable = (name: string, comment: string, definitions: ReadonlyArray<string>) => [
  `CREATE TABLE IF NOT EXISTS main.${name} (${definitions.join(", ")})`,
  `COMMENT ON TABLE main.${name} IS ${quoteText(comment)}`,
]

const commentColumns = (name: string, columns: ReadonlyArray<readonly [string, string]>) =>
  columns.map(([column, comment]) => `COMMENT ON COLUMN main.${name}.${column} IS ${quoteText(comment)}`)

const placesComment = (of: TypedColumn): string =>
  `With how many decimals ${of.column} was written; NULL for a record that an earlier version stored.`

const statementsFor = (table: TypedTable): ReadonlyArray<string> => {
  const places = placesOf(table)
  const own = [
    ...table.columns.map((column) => [column.column, column.comment] as const),
    ...places.map(({ column, of }) => [column, placesComment(of)] as const),
  ]
  const typed = [
    ...createTable(table.name, table.comment, [
      ...table.columns.map(columnDefinition),
      ...bookkeeping.map(([name, type]) => `${name} ${type}`),
      ...places.map(({ column }) => `${column} INTEGER`),
    ]),
    ...commentColumns(table.name, [...own, ...bookkeeping.map(([name, , comment]) => [name, comment] as const)]),
  ]
  if (table.snapshots === null) return typed
  return [
    ...typed,
    ...createTable(table.snapshots, `Every reading of ${table.name}, by run; never overwritten.`, [
      "run_id VARCHAR NOT NULL",
      ...table.columns.map(columnDefinition),
    ]),
    ...commentColumns(table.snapshots, [["run_id", "The run that read it."], ...own]),
  ]
}

/** The typed columns as one JSON object, amounts as decimal strings. */
export const contentJson = (table: TypedTable, row: string): string =>
  `to_json(struct_pack(${table.columns
    .map(
      ({ column, type }) =>
        `${column} := ${type === "money" ? `CAST(${row}.${column} AS VARCHAR)` : `${row}.${column}`}`,
    )
    .join(", ")}))`

const versionsView = (tables: ReadonlyArray<TypedTable>): string => {
  const current = tables.map(
    (table) =>
      `SELECT ${quoteText(table.name)} AS stream, ${recordIdOf(table, "t")} AS record_id, t.version, ` +
      `t.version_seen_run AS first_seen_run, t.last_seen_run, t.content_hash, TRUE AS is_current, ` +
      `${contentJson(table, "t")} AS content FROM main.${table.name} AS t`,
  )
  const superseded =
    "SELECT stream, record_id, version, first_seen_run, last_seen_run, content_hash, FALSE AS is_current, content FROM main.superseded_versions"
  return `CREATE OR REPLACE VIEW main.record_versions AS ${[superseded, ...current].join(" UNION ALL BY NAME ")}`
}

const versionsComments: ReadonlyArray<string> = [
  "COMMENT ON VIEW main.record_versions IS 'Every version of every record, the current ones included.'",
  ...commentColumns("record_versions", [
    ["stream", "The list of the API, such as fiat_deposits."],
    ["record_id", "The record's id; parts of a composed id are joined with a slash."],
    ["version", "1 for the record as first seen, and one more for each change."],
    ["first_seen_run", "The run that first saw this version."],
    ["last_seen_run", "The run that last saw this version."],
    [
      "content_hash",
      "MD5 over the fields as the API wrote them, to notice change; the evidence is the SHA-256 of the page.",
    ],
    ["is_current", "Whether this is the record as last seen."],
    ["content", "The typed columns as they were; amounts are decimal strings."],
  ]),
]

/**
 * Creates the typed tables that are not there yet, so that a stream added to the contract needs no migration, and the
 * view of all versions over them.
 */
export const ensureTypedTables = (
  database: Database["Type"],
  tables: ReadonlyArray<TypedTable>,
): Effect.Effect<void, StoreError> =>
  database.transaction((sql) =>
    Effect.gen(function* () {
      const present = yield* sql.rows<{ table_name: string }>(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'",
      )
      const names = new Set(present.map((row) => row.table_name))
      for (const table of tables.filter(({ name }) => names.has(name))) {
        for (const { column, of } of placesOf(table)) {
          const [added] = yield* sql.rows(
            "SELECT 1 FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = $1 AND column_name = $2",
            [table.name, column],
          )
          if (added !== undefined) continue
          yield* sql.runAll(addColumn(`main.${table.name}`, column, "INTEGER", placesComment(of)))
        }
      }
      const missing = tables.filter((table) => !names.has(table.name))
      if (missing.length === 0) return
      yield* sql.runAll([...missing.flatMap(statementsFor), versionsView(tables), ...versionsComments])
    }),
  )
