import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Kysely, Migrator } from "kysely"
import { Database } from "../../../src/store/database.ts"
import { DuckDbDialect } from "../../../src/store/dialect/duckdb-dialect.ts"
import { firstLight } from "../../../src/store/migrations/0001-first-light.ts"
import { storm } from "../../../src/store/migrations/0002-storm.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

/** A database as it was before anybody could act on an exception, with a break that came, went and came back. */
const olderDatabase = async (file: string): Promise<void> => {
  const instance = await DuckDBInstance.create(file)
  const db = new Kysely<unknown>({ dialect: new DuckDbDialect({ connect: () => instance.connect() }) })
  const { error } = await new Migrator({
    db,
    migrationTableSchema: "recon",
    provider: { getMigrations: async () => ({ "0001-first-light": firstLight, "0002-storm": storm }) },
  }).migrateToLatest()
  if (error !== undefined) throw error
  const connection = await instance.connect()
  await connection.run(`
    INSERT INTO recon.exception_events VALUES
      ('b', 'run-1', '2026-03-01T00:00:00Z', 'opened', 'tidemark', NULL),
      ('a', 'run-1', '2026-03-01T00:00:00Z', 'opened', 'tidemark', NULL),
      ('a', 'run-3', '2026-03-03T00:00:00Z', 'reopened', 'tidemark', NULL),
      ('a', 'run-2', '2026-03-02T00:00:00Z', 'resolved', 'tidemark', NULL)`)
  connection.closeSync()
  await db.destroy()
  instance.closeSync()
}

it.scopedLive(
  "an older database keeps its events, in the order in which they happened, with the states they meant",
  () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* Effect.promise(() => olderDatabase(file))
      const events = yield* Effect.flatMap(Database, (database) =>
        Effect.zipRight(
          database.run(
            "INSERT INTO recon.exception_events (exception_id, occurred_at, event, who, event_no) VALUES ('a', now(), 'noted', 'ada', 5)",
          ),
          database.rows(
            "SELECT event_no, exception_id, run_id, event, from_state, to_state FROM recon.exception_events ORDER BY event_no",
          ),
        ),
      ).pipe(Effect.provide(Database.layer({ file, access: "write", memoryLimit: "256MB" })))
      expect(events.map((row) => Object.values(row))).toEqual([
        [1n, "a", "run-1", "opened", null, "open"],
        [2n, "b", "run-1", "opened", null, "open"],
        [3n, "a", "run-2", "resolved", null, "resolved"],
        [4n, "a", "run-3", "reopened", "resolved", "reopened"],
        [5n, "a", null, "noted", null, null],
      ])
    }),
)
