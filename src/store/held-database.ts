import type { FileSystem } from "@effect/platform"
import { Context, Effect, Layer } from "effect"
import { Database, type DatabaseOptions } from "./database.ts"
import { type LockHolder, type RunHeld, takeRunLock } from "./run-lock.ts"
import type { StoreError } from "./store-error.ts"

/** Signal 0 asks whether a process is there and sends nothing. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of somebody else may not be signalled, and is there.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** The database for writing, under the lock of its run: taken before DuckDB opens the file, given back after it closed. */
export const heldDatabase = (
  options: Omit<DatabaseOptions, "access">,
  holder: LockHolder,
): Layer.Layer<Database, StoreError | RunHeld, FileSystem.FileSystem> =>
  Layer.scoped(
    Database,
    Effect.gen(function* () {
      const lock = yield* takeRunLock(options.file, holder, isAlive)
      const opened = yield* Layer.build(Database.layer({ ...options, access: "write" })).pipe(
        Effect.catchIf(
          (error) => error.reason === "Locked",
          (error) => Effect.flatMap(lock.holder, (held) => Effect.fail(held ?? error)),
        ),
      )
      yield* lock.confirm
      const database = Context.get(opened, Database)
      return {
        ...database,
        transaction: (body) => Effect.zipRight(lock.stillOurs, database.transaction(body)),
      } satisfies Database["Type"]
    }),
  )
