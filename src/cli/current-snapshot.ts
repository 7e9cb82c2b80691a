import { Context, Effect, Layer } from "effect"
import { Database } from "../store/database.ts"
import { migrationNames } from "../store/migrations/migrate.ts"
import { snapshotFile } from "../store/snapshot.ts"
import { UsageError } from "./exit-code.ts"
import { snapshotDatabase } from "./workplace.ts"

/** The published snapshot, for commands whose tables an earlier version of the program did not have yet. */
export const currentSnapshot = (db: string) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const snapshot = yield* Layer.build(snapshotDatabase(db))
      const rows = yield* Context.get(snapshot, Database).rows<{ name: string }>(
        "SELECT name FROM recon.kysely_migration",
      )
      const present = new Set(rows.map((row) => row.name))
      if (migrationNames.every((name) => present.has(name))) return Layer.succeedContext(snapshot)
      const file = yield* snapshotFile(db)
      return yield* new UsageError({
        detail: `${file} was published by an earlier version of tidemark; run tidemark report to publish it anew, or wait for the next nightly`,
      })
    }),
  )
