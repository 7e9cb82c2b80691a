import {
  type DatabaseIntrospector,
  type DatabaseMetadata,
  DEFAULT_MIGRATION_LOCK_TABLE,
  DEFAULT_MIGRATION_TABLE,
  type Kysely,
  type SchemaMetadata,
  sql,
  type TableMetadata,
} from "kysely"

/** Reads schemas, tables and views from DuckDB's own catalogue: what Kysely's migrator asks for, and so no columns. */
export class DuckDbIntrospector implements DatabaseIntrospector {
  readonly #db: Kysely<unknown>

  constructor(db: Kysely<unknown>) {
    this.#db = db
  }

  async getSchemas(): Promise<Array<SchemaMetadata>> {
    const { rows } = await sql<SchemaMetadata>`
      SELECT schema_name AS name FROM duckdb_schemas() WHERE database_name = current_database() ORDER BY name
    `.execute(this.#db)
    return rows
  }

  async getTables({ withInternalKyselyTables } = { withInternalKyselyTables: false }): Promise<Array<TableMetadata>> {
    const { rows } = await sql<Omit<TableMetadata, "columns">>`
      SELECT schema_name AS schema, table_name AS name, FALSE AS "isView" FROM duckdb_tables()
      WHERE database_name = current_database() AND NOT internal
      UNION ALL
      SELECT schema_name, view_name, TRUE FROM duckdb_views() WHERE database_name = current_database() AND NOT internal
      ORDER BY schema, name
    `.execute(this.#db)
    const own: ReadonlyArray<string> = [DEFAULT_MIGRATION_TABLE, DEFAULT_MIGRATION_LOCK_TABLE]
    const wanted = withInternalKyselyTables ? rows : rows.filter(({ name }) => !own.includes(name))
    return wanted.map((table) => ({ ...table, columns: [] }))
  }

  async getMetadata(): Promise<DatabaseMetadata> {
    return { tables: await this.getTables() }
  }
}
