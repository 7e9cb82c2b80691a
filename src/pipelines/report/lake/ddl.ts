import type { LakeColumn } from "./tables.ts"

/** A table of the lake with its columns. */
export interface LakeShape {
  readonly name: string
  readonly columns: ReadonlyArray<LakeColumn>
}

/** How an engine says what the lake holds. Exact types or none: a decimal is never read as a float. */
interface Engine {
  /** What its reader should know, a line each. */
  readonly notes: ReadonlyArray<string>
  readonly type: (type: string) => string
  readonly table: (shape: LakeShape, columns: string, folder: string) => string
  /** The sum of an amount, in a type that it cannot leave without a word. */
  readonly sum: (amount: string) => string
  readonly nothing: string
}

const columnList = (engine: Engine, { columns }: LakeShape, quote: string): string =>
  columns.map(({ name, type }) => `  ${quote}${name}${quote} ${engine.type(type)}`).join(",\n")

const named = (types: Readonly<Record<string, string>>) => (type: string) => types[type] ?? type

export const engines = {
  duckdb: {
    notes: ["DECIMAL(38,18) and UTC instants as the store has them. A sum that leaves DECIMAL(38,18) is an error."],
    type: (type) => type,
    table: ({ name }, _, folder) =>
      `CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet('${folder}/${name}/*/*.parquet', hive_partitioning = true, hive_types = {'dt': DATE});`,
    sum: (amount) => `sum(${amount})`,
    nothing: "CAST(0 AS DECIMAL(38,18))",
  },
  clickhouse: {
    notes: [
      "A sum of Decimal(38, 18) wraps round without a word in ClickHouse, so sums are made in Decimal(76, 18).",
      "file() reads below user_files_path; over S3 write s3('…') in its place.",
    ],
    type: (type) =>
      type.startsWith("DECIMAL")
        ? `Nullable(${type.replace("DECIMAL", "Decimal")})`
        : `Nullable(${named({ VARCHAR: "String", BOOLEAN: "Bool", INTEGER: "Int32", BIGINT: "Int64", DATE: "Date32", "TIMESTAMP WITH TIME ZONE": "DateTime64(6, 'UTC')" })(type)})`,
    table: ({ name }, columns, folder) =>
      `CREATE OR REPLACE VIEW ${name} AS SELECT * FROM file('${folder}/${name}/*/*.parquet', 'Parquet', $$\n${columns}\n$$);`,
    sum: (amount) => `sum(toDecimal256(${amount}, 18))`,
    nothing: "CAST(0 AS Decimal(38, 18))",
  },
  spark: {
    notes: [
      "A sum that leaves DECIMAL(38,18) is NULL, and an error where spark.sql.ansi.enabled is true: switch it on.",
    ],
    type: named({ VARCHAR: "STRING", INTEGER: "INT", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP" }),
    table: ({ name }, columns, folder) =>
      `CREATE TABLE IF NOT EXISTS ${name} (\n${columns},\n  \`dt\` DATE\n) USING PARQUET PARTITIONED BY (dt) LOCATION '${folder}/${name}';\nMSCK REPAIR TABLE ${name};`,
    sum: (amount) => `sum(${amount})`,
    nothing: "CAST(0 AS DECIMAL(38,18))",
  },
  trino: {
    notes: ["For the Hive connector, catalog hive and schema tidemark. A sum that leaves DECIMAL(38,18) is an error."],
    type: named({ "TIMESTAMP WITH TIME ZONE": "TIMESTAMP(6)" }),
    table: ({ name }, columns, folder) =>
      `CREATE TABLE IF NOT EXISTS hive.tidemark.${name} (\n${columns},\n  "dt" DATE\n) WITH (external_location = '${folder}/${name}', format = 'PARQUET', partitioned_by = ARRAY['dt']);\nCALL hive.system.sync_partition_metadata('tidemark', '${name}', 'FULL');`,
    sum: (amount) => `sum(${amount})`,
    nothing: "CAST(0 AS DECIMAL(38,18))",
  },
} as const satisfies Readonly<Record<string, Engine>>

export type EngineName = keyof typeof engines

/**
 * The money test in one grouped pass: of each record, customer and currency what its state says must have moved, and what
 * all posted transactions that name it did. What is left must be looked at: a settled record whose money did not move so, and
 * what moved for one that is not settled, or that does not exist.
 */
export const moneyTestSql = (name: EngineName): string => {
  const { nothing, sum } = engines[name]
  // ClickHouse takes a name for the aggregate of that name, so that what is added up is called otherwise than its sum.
  return `SELECT resource_type, record_id, customer_id, currency, max(state) AS class,
  ${sum("must")} AS expected, ${sum("did")} AS posted, ${sum("did")} - ${sum("must")} AS difference
FROM (
  SELECT resource_type, record_id, customer_id, currency, class AS state,
    CASE WHEN class = 'settled' THEN signed_net ELSE ${nothing} END AS must, ${nothing} AS did
  FROM movements
  UNION ALL
  SELECT resource_type, resource_id AS record_id, customer_id, currency, NULL AS state, ${nothing} AS must, moved AS did
  FROM postings WHERE names_record AND is_posted
) AS entry
GROUP BY resource_type, record_id, customer_id, currency
HAVING ${sum("did")} <> ${sum("must")}`
}

/** The statements that make an engine see the lake, and the money test as a view. */
export const ddl = (name: EngineName, shapes: ReadonlyArray<LakeShape>, folder: string): string => {
  const engine: Engine = engines[name]
  const quote = name === "trino" ? '"' : "`"
  const place = folder.replaceAll("'", "''")
  const tables = shapes.map((shape) =>
    engine.table(shape, columnList(engine, shape, name === "duckdb" ? '"' : quote), place),
  )
  const prefix = name === "trino" ? "hive.tidemark." : ""
  return [
    ...engine.notes.map((note) => `-- ${note}`),
    ...tables,
    "-- The money test: what must be looked at, to the last decimal.",
    `CREATE OR REPLACE VIEW ${prefix}money_test AS\n${moneyTestSql(name)};`,
    "",
  ].join("\n")
}
