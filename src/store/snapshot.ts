import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import type { Database } from "./database.ts"
import { quoteText } from "./describe-table.ts"
import { type StoreError, storeError } from "./store-error.ts"

/** The published snapshot's name; it lies beside the working database. Source: docs/rules.md, "The snapshot". */
export const snapshotName = "analytics.duckdb"

export const snapshotFile = (database: string): Effect.Effect<string, never, Path.Path> =>
  Effect.map(Path.Path, (path) => path.join(path.dirname(database), snapshotName))

/**
 * Publishes a copy of the store under the snapshot's name, replacing the last one in a single rename: readers keep the
 * file that they have open, and nobody ever sees half a run. The caller writes nothing meanwhile.
 */
export const publishSnapshot = (
  database: Database["Type"],
): Effect.Effect<string, StoreError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const target = yield* snapshotFile(database.file)
    const partial = `${target}.partial`
    yield* database.run(
      `CREATE OR REPLACE TABLE recon.publication AS SELECT ${quoteText(path.basename(database.file))} AS published_by`,
    )
    yield* database.run(
      "COMMENT ON TABLE recon.publication IS 'Which working database this snapshot was published from.'",
    )
    yield* database.run("COMMENT ON COLUMN recon.publication.published_by IS 'The file name of the working database.'")
    // After a checkpoint everything is in the file, and the log beside it is empty.
    yield* database.run("CHECKPOINT")
    yield* fs.copyFile(database.file, partial).pipe(
      Effect.zipRight(fs.rename(partial, target)),
      Effect.tapError(() => Effect.ignore(fs.remove(partial, { force: true }))),
      Effect.mapError(storeError(target)),
    )
    return target
  })
