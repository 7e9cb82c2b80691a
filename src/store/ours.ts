import { Effect } from "effect"
import type { Sql } from "./database.ts"
import { migrationState } from "./migrations/migration-state.ts"
import { StoreError } from "./store-error.ts"

/**
 * Refuses to make anything in a database that is somebody else's, or that a newer version wrote. One without any table of
 * its own may become ours.
 */
export const refuseOthers = (sql: Sql, file: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { last, strange } = yield* migrationState(sql)
    if (strange[0] !== undefined) return yield* new StoreError({ reason: "Newer", file, detail: strange[0] })
    if (last !== null) return
    // The migrations' own tables are there before the first migration has run.
    const [other] = yield* sql.rows(
      `SELECT 1 FROM (SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal AND NOT temporary
         UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND NOT temporary)
       WHERE name NOT IN ('kysely_migration', 'kysely_migration_lock') LIMIT 1`,
    )
    if (other !== undefined) return yield* new StoreError({ reason: "Stranger", file, detail: "" })
  })
