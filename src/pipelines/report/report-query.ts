import { type DuckDBConnection, DuckDBTypeId } from "@duckdb/node-api"
import { Effect } from "effect"
import { type ColumnType, definitionFile, type ReportDefinition, ReportDefinitionError } from "./definition.ts"
import { refusedQuery } from "./query-safety.ts"

/** Columns that are read only to know the places of a money column: they come after the printed ones. */
export const currencyColumns = ({ columns }: ReportDefinition): ReadonlyArray<string> => {
  const printed = new Set(columns.map(({ name }) => name))
  const currencies = columns.flatMap(({ type }) =>
    type.kind === "money" && type.currencyColumn !== null ? [type.currencyColumn] : [],
  )
  return [...new Set(currencies)].filter((name) => !printed.has(name))
}

/** A column that a report's query gives, as it is read: by its kind, or the text of a hidden currency. */
export type ReadColumn = readonly [name: string, kind: ColumnType["kind"]]

/** In the order in which they are read. */
export const readColumns = (definition: ReportDefinition): ReadonlyArray<ReadColumn> => [
  ...definition.columns.map(({ name, type }): ReadColumn => [name, type.kind]),
  ...currencyColumns(definition).map((name): ReadColumn => [name, "text"]),
]

const asTheyAre = (columns: ReadonlyArray<ReadColumn>): string => columns.map(([name]) => quoted(name)).join(", ")

/**
 * The query that prints a report: its printed columns, then its hidden currency columns (or what `selected` makes of them), ordered as the definition says
 * and then by every printed column, so that equal stores give equal files.
 */
export const reportQuery = (definition: ReportDefinition, selected = asTheyAre): string => {
  const printed = definition.columns.map(({ name }) => name)
  const ordered = new Set(definition.order.map(({ column }) => column))
  const order = [
    ...definition.order.map(({ column, descending }) => `${quoted(column)} ${descending ? "DESC" : "ASC"} NULLS LAST`),
    ...printed.filter((name) => !ordered.has(name)).map((name) => `${quoted(name)} ASC NULLS LAST`),
  ]
  // The line break before the bracket keeps a comment at the end of the query from swallowing it.
  return `SELECT ${selected(readColumns(definition))} FROM (\n${definition.sql}\n) AS report ORDER BY ${order.join(", ")}`
}

/** Asks DuckDB what the query gives, and compares it with what the header declares; of the partner's own, first whether it may run. Nothing is executed. */
export const checkDefinition = (
  connection: DuckDBConnection,
  definition: ReportDefinition,
): Effect.Effect<void, ReportDefinitionError> =>
  Effect.gen(function* () {
    const fail = (problem: string, remedy: string) =>
      new ReportDefinitionError({ file: definitionFile(definition.name), line: null, problem, remedy })
    const refused = definition.own === undefined ? null : yield* refusedQuery(connection, definition.sql)
    if (refused !== null) {
      return yield* fail(
        `the query may not run: ${refused}`,
        "Write one SELECT over the tables that tidemark schema lists",
      )
    }
    const given = yield* describe(connection, definition)

    const twice = given.find(({ name }, index) => given.findIndex((other) => other.name === name) < index)
    if (twice !== undefined) {
      return yield* fail(`the query gives two columns "${twice.name}"`, "Rename one of them with AS")
    }
    const types = new Map(given.map(({ name, typeId }) => [name, typeId]))
    const absent = [
      ...definition.columns.map(({ name }) => ({ name, key: "columns" })),
      ...currencyColumns(definition).map((name) => ({ name, key: "columns" })),
      ...definition.order.map(({ column }) => ({ name: column, key: "order" })),
    ].find(({ name }) => !types.has(name))
    if (absent !== undefined) {
      return yield* fail(
        `"${absent.key}" names "${absent.name}", which the query does not give`,
        `Add it to the SELECT or take it out of the header; the query gives ${given.map(({ name }) => name).join(", ")}`,
      )
    }
    for (const { name, type } of definition.columns) {
      const typeId = types.get(name)
      if (typeId !== undefined && !fits(type, typeId)) {
        return yield* fail(
          `column "${name}" is declared as ${type.kind}, but the query gives ${DuckDBTypeId[typeId]}`,
          `Cast it in the SELECT (a bare NULL is an INTEGER) to ${CASTS[type.kind]}, or change the header`,
        )
      }
    }
  })

interface GivenColumn {
  readonly name: string
  readonly typeId: DuckDBTypeId
}

const describe = (
  connection: DuckDBConnection,
  definition: ReportDefinition,
): Effect.Effect<ReadonlyArray<GivenColumn>, ReportDefinitionError> =>
  Effect.tryPromise({
    try: async () => {
      const statement = await connection.prepare(definition.sql)
      try {
        return Array.from({ length: statement.columnCount }, (_, index) => ({
          name: statement.columnName(index),
          typeId: statement.columnTypeId(index),
        }))
      } finally {
        statement.destroySync()
      }
    },
    catch: (cause) =>
      new ReportDefinitionError({
        file: definitionFile(definition.name),
        line: null,
        problem: `DuckDB cannot read the query: ${cause instanceof Error ? cause.message : String(cause)}`,
        remedy: "Try the query with tidemark sql",
      }),
  })

/** A column's name as SQL has it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

const INTEGERS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
])
const TIMES: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_TZ,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS,
])
const TEXTS: ReadonlySet<DuckDBTypeId> = new Set([DuckDBTypeId.VARCHAR, DuckDBTypeId.ENUM, DuckDBTypeId.UUID])

const CASTS: Readonly<Record<ColumnType["kind"], string>> = {
  text: "VARCHAR",
  money: "DECIMAL (never DOUBLE)",
  integer: "BIGINT",
  time: "TIMESTAMPTZ",
  date: "DATE",
  boolean: "BOOLEAN",
}

const fits = (type: ColumnType, typeId: DuckDBTypeId): boolean => {
  switch (type.kind) {
    case "text":
      return TEXTS.has(typeId)
    case "money":
      return typeId === DuckDBTypeId.DECIMAL || INTEGERS.has(typeId)
    case "integer":
      return INTEGERS.has(typeId)
    case "time":
      return TIMES.has(typeId)
    case "date":
      return typeId === DuckDBTypeId.DATE
    case "boolean":
      return typeId === DuckDBTypeId.BOOLEAN
  }
}
