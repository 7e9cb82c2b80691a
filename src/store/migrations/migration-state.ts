import { Effect } from "effect"
import type { Sql } from "../database.ts"
import type { StoreError } from "../store-error.ts"
import { migrationNames } from "./migrate.ts"

/** Which migrations a store is at, beside those that this program knows. */
export interface MigrationState {
  /** The last one that has run; null in a DuckDB file that no Tidemark made. */
  readonly last: string | null
  /** Known here and not run there yet. */
  readonly missing: ReadonlyArray<string>
  /** Run there and not known here: a newer version wrote the store. */
  readonly strange: ReadonlyArray<string>
}

/** Asks a store that is open for its migrations. */
export const migrationState = (sql: Sql): Effect.Effect<MigrationState, StoreError> =>
  Effect.gen(function* () {
    const [table] = yield* sql.rows(
      "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'recon' AND table_name = 'kysely_migration'",
    )
    const rows =
      table === undefined
        ? []
        : yield* sql.rows<{ name: string }>("SELECT name FROM recon.kysely_migration ORDER BY name")
    const names = rows.map(({ name }) => name)
    return {
      last: names.at(-1) ?? null,
      missing: migrationNames.filter((name) => !names.includes(name)),
      strange: names.filter((name) => !migrationNames.includes(name)),
    }
  })
