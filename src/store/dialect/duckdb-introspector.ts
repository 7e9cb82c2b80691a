import {
  type DatabaseIntrospector,
  type DatabaseMetadata,
  type DatabaseMetadataOptions,
  DEFAULT_MIGRATION_LOCK_TABLE,
  DEFAULT_MIGRATION_TABLE,
  type Kysely,
  type SchemaMetadata,
  sql,
  type TableMetadata,
} from "kysely"

interface ColumnRow {
  readonly schema_name: string
  readonly table_name: string
  readonly is_view: boolean
  readonly column_name: string
  readonly data_type: string
  readonly is_nullable: boolean
  readonly column_default: string | null
  readonly comment: string | null
}

/** Reads schemas, tables and views from DuckDB's own catalogue. */
export class DuckDbIntrospector implements DatabaseIntrospector {
  readonly #db: Kysely<unknown>

  constructor(db: Kysely<unknown>) {
    this.#db = db
  }

  async getSchemas(): Promise<Array<SchemaMetadata>> {
    const { rows } = await sql<{ readonly name: string }>`
      SELECT schema_name AS name
      FROM duckdb_schemas()
      WHERE database_name = current_database()
      ORDER BY schema_name
    `.execute(this.#db)
    return rows
  }

  async getTables(
    options: DatabaseMetadataOptions = { withInternalKyselyTables: false },
  ): Promise<Array<TableMetadata>> {
    const { rows } = await sql<ColumnRow>`
      SELECT c.schema_name, c.table_name, v.view_oid IS NOT NULL AS is_view, c.column_name, c.data_type, c.is_nullable,
        c.column_default, c.comment
      FROM duckdb_columns() AS c
      LEFT JOIN duckdb_views() AS v
        ON v.database_oid = c.database_oid AND v.schema_oid = c.schema_oid AND v.view_oid = c.table_oid
      WHERE c.database_name = current_database() AND NOT c.internal
      ORDER BY c.schema_name, c.table_name, c.column_index
    `.execute(this.#db)
    const wanted = options.withInternalKyselyTables ? rows : rows.filter(({ table_name }) => !isKyselys(table_name))
    const tables = new Map<string, Array<ColumnRow>>()
    for (const row of wanted) {
      const key = JSON.stringify([row.schema_name, row.table_name])
      tables.set(key, [...(tables.get(key) ?? []), row])
    }
    return [...tables.values()].flatMap(toTable)
  }

  async getMetadata(options?: DatabaseMetadataOptions): Promise<DatabaseMetadata> {
    return { tables: await this.getTables(options) }
  }
}

const isKyselys = (table: string): boolean =>
  table === DEFAULT_MIGRATION_TABLE || table === DEFAULT_MIGRATION_LOCK_TABLE

const toTable = (columns: ReadonlyArray<ColumnRow>): Array<TableMetadata> =>
  columns.slice(0, 1).map(({ schema_name, table_name, is_view }) => ({
    schema: schema_name,
    name: table_name,
    isView: is_view,
    columns: columns.map((column) => ({
      name: column.column_name,
      dataType: column.data_type,
      isNullable: column.is_nullable,
      isAutoIncrementing: column.column_default?.startsWith("nextval(") ?? false,
      hasDefaultValue: column.column_default !== null,
      ...(column.comment === null ? {} : { comment: column.comment }),
    })),
  }))
