import { hostname, userInfo } from "node:os"
import { FileSystem, Path } from "@effect/platform"
import { Context, Data, Effect, Layer, Option } from "effect"
import type { Configuration } from "../pipelines/configuration/settings.ts"
import { makeFolder } from "../pipelines/make-folder.ts"
import { Database } from "../store/database.ts"
import { heldDatabase } from "../store/held-database.ts"
import { migrationState } from "../store/migrations/migration-state.ts"
import type { LockHolder } from "../store/run-lock.ts"
import { isSnapshot, sealedSnapshot, snapshotFile, snapshotName } from "../store/snapshot.ts"
import { StoreError } from "../store/store-error.ts"
import { UsageError } from "./ending.ts"

/** A run is writing, and DuckDB lets nobody read meanwhile. */
export class StoreInUse extends Data.TaggedError("StoreInUse")<{ readonly file: string; readonly snapshot: string }> {
  readonly exitCode = 75
  override get message(): string {
    return `another process has ${this.file} open for writing, and until it ends nobody can read it; wait for its end, or read the copy that the last run published: --db ${this.snapshot}`
  }
}

/** As many as systems follow before they call it a circle. */
const mostLinks = 40

/**
 * The file itself where the path leads there over links, so that lock, salt and snapshot lie beside the file whichever
 * path is taken; else the path as it was given. The file need not be there yet.
 */
export const realFile = (
  file: string,
  links = mostLinks,
): Effect.Effect<string, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const whole = yield* Effect.option(fs.realPath(file))
    if (Option.isSome(whole)) return whole.value === path.resolve(file) ? file : whole.value
    const target = yield* Effect.option(fs.readLink(file))
    if (Option.isSome(target) && links > 0) {
      return yield* realFile(path.resolve(path.dirname(file), target.value), links - 1)
    }
    const folder = yield* Effect.option(fs.realPath(path.dirname(file)))
    if (Option.isNone(folder) || folder.value === path.resolve(path.dirname(file))) return file
    return path.join(folder.value, path.basename(file))
  })

/** Whom a lock file names. An account without a name, as a container may have, goes by its number. */
const holderOf = (command: string): Effect.Effect<LockHolder> =>
  Effect.try(() => userInfo().username).pipe(
    Effect.orElseSucceed(() => `user ${process.getuid?.() ?? "unknown"}`),
    Effect.map((user) => ({ user, host: hostname(), pid: process.pid, command })),
  )

const refuse = (detail: string) => new UsageError({ detail })

const isThere = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.exists(file), () => false))

/** Refuses a store whose tables are not those that this program reads. */
const refuseOthers = (file: string) =>
  Effect.gen(function* () {
    const { last, missing, strange } = yield* migrationState(yield* Database)
    if (last === null) return yield* new StoreError({ reason: "Stranger", file, detail: "" })
    if (strange[0] !== undefined) return yield* new StoreError({ reason: "Newer", file, detail: strange[0] })
    if (missing.length > 0) {
      return yield* refuse(
        `${file} was last written by an older version; run tidemark reconcile once, which brings it up to date, or wait for the next nightly`,
      )
    }
  })

/** Who opens the working database, and for what. */
export interface Opening {
  readonly configuration: Configuration
  /** The command's name, for the lock of the run, which it holds meanwhile. */
  readonly command: string
  /** Files that statements may read, where they read any; they then reach nothing else. */
  readonly onlyFiles?: ReadonlyArray<string>
}

/** The working database for a command that writes it, its folder made where it is missing. */
export const workingStore = (given: string, { command, configuration, onlyFiles }: Opening) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const path = yield* Path.Path
      const file = yield* realFile(given)
      if (isSnapshot(file)) {
        return yield* refuse(
          `--db ${given}: ${snapshotName} is the name of the snapshot that is published beside the database; choose another name`,
        )
      }
      yield* makeFolder(path.dirname(file)).pipe(
        Effect.mapError((error) => refuse(`--db ${given}: its folder cannot be made: ${error.message}`)),
      )
      return heldDatabase(
        { file, memoryLimit: configuration.memoryLimit, ...(onlyFiles === undefined ? {} : { onlyFiles }) },
        yield* holderOf(command),
      )
    }),
  )

const refuseMissing = (given: string) =>
  Effect.flatMap(isThere(given), (there) =>
    there
      ? Effect.void
      : refuse(`--db ${given}: there is no such database; run tidemark nightly first, or correct the path`),
  )

/** The working database for writing, which an earlier run must have made. */
export const existingStore = (given: string, opening: Opening) =>
  Layer.unwrapScoped(Effect.as(refuseMissing(given), workingStore(given, opening)))

/**
 * What the last run published: the sealed copy, which nobody else opens or changes; the snapshot itself where there is
 * none, or none that this account may read. A publication meanwhile takes the file that was about to be opened away.
 */
const publishedCopy = (file: string, onlyBelow?: string) => {
  const writing = onlyBelow === undefined ? {} : { onlyBelow }
  const open = (found: string) =>
    Layer.build(Database.layer({ file: found, access: "read", memoryLimit: "1GB", ...writing }))
  return sealedSnapshot(file).pipe(
    Effect.flatMap((sealed) =>
      sealed === null
        ? open(file)
        : Effect.catchIf(
            open(sealed),
            ({ reason }) => reason === "Denied",
            () => open(file),
          ),
    ),
    Effect.retry({ times: 3, while: ({ reason }) => reason === "Missing" }),
  )
}

/** The database, or a copy of it, for reading only: an earlier run must have made it, and no process may be writing. */
export const storeToRead = (given: string, { memoryLimit }: Configuration) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      yield* refuseMissing(given)
      const file = yield* realFile(given)
      const snapshot = snapshotFile(file)
      const opened = isSnapshot(file)
        ? publishedCopy(snapshot)
        : Layer.build(Database.layer({ file, access: "read", memoryLimit }))
      const store = yield* opened.pipe(
        Effect.catchIf(
          (error) => error.reason === "Locked",
          () => new StoreInUse({ file, snapshot }),
        ),
      )
      yield* Effect.provide(refuseOthers(file), store)
      return Layer.succeedContext(store)
    }),
  )

/**
 * The published snapshot beside the database, for reading only; refused where another database published it. A command
 * whose tables an earlier version did not have yet asks for a snapshot that is `current`.
 */
export const snapshotStore = (given: string, of: "any version" | "current", onlyBelow?: string) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const path = yield* Path.Path
      const db = yield* realFile(given)
      const file = snapshotFile(db)
      if (!(yield* isThere(file))) {
        return yield* refuse(
          `${file}: there is no snapshot yet; run tidemark nightly first, or name the database with --db`,
        )
      }
      const snapshot = yield* publishedCopy(file, onlyBelow)
      const [publication] = yield* Context.get(snapshot, Database).rows<{ published_by: string }>(
        "SELECT published_by FROM recon.publication",
      )
      const asked = path.basename(db)
      if (publication?.published_by !== asked) {
        return yield* refuse(
          `${file} was published by ${publication?.published_by}, not by ${asked}; name that database with --db, or keep each database in a folder of its own`,
        )
      }
      if (of === "current") {
        yield* Effect.provide(refuseOthers(file), snapshot)
      }
      return Layer.succeedContext(snapshot)
    }),
  )
