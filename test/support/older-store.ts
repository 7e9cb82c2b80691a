import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { Effect } from "effect"
import { Kysely, type Migration, Migrator } from "kysely"
import { DuckDbDialect } from "../../src/store/dialect/duckdb-dialect.ts"

/** A database file as an older program made it: by these migrations alone, then filled. */
export const olderStore = (
  file: string,
  migrations: Readonly<Record<string, Migration>>,
  fill: (connection: DuckDBConnection) => Promise<void>,
): Effect.Effect<void> =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(file)
    const db = new Kysely<unknown>({ dialect: new DuckDbDialect({ connect: () => instance.connect() }) })
    const { error } = await new Migrator({
      db,
      migrationTableSchema: "recon",
      provider: { getMigrations: async () => ({ ...migrations }) },
    }).migrateToLatest()
    if (error !== undefined) throw error
    const connection = await instance.connect()
    await fill(connection)
    connection.closeSync()
    await db.destroy()
    instance.closeSync()
  })
