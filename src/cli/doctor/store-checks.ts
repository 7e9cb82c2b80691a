import { FileSystem } from "@effect/platform"
import { Effect, Either } from "effect"
import type { RosterEntry } from "../../pipelines/configuration/roster.ts"
import { type Diagnosis, fail, ok, warn } from "../../pipelines/doctor/diagnosis.ts"
import { otherApi, type StoreApi, storeApi } from "../../pipelines/run/store-api.ts"
import { Database } from "../../store/database.ts"
import { migrationState } from "../../store/migrations/migration-state.ts"
import { readLockOwner } from "../../store/run-lock.ts"
import type { StoreError } from "../../store/store-error.ts"
import { knownCustomers } from "../workplace.ts"

/** What the database is like, and the customers whose lists can be asked for. */
export interface StoreLook {
  readonly diagnosis: Diagnosis
  readonly customers: ReadonlyArray<RosterEntry>
  /** Whose records it holds; null where that is not known. */
  readonly api: StoreApi | null
  /** It is there and could not be opened, so that nothing is known of its customers. */
  readonly isShut: boolean
}

const look = (file: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const { last, missing, strange } = yield* migrationState(database)
    const [storage] = yield* database.rows<{ version: string | null }>(
      "SELECT tags['storage_version'] AS version FROM duckdb_databases() WHERE database_name = current_database()",
    )
    const customers = yield* knownCustomers(database, missing.length === 0)
    const detail = `${file} can be read; tables of ${last ?? "nobody"}, storage of DuckDB ${storage?.version ?? "unknown"}`
    return {
      diagnosis:
        strange.length > 0
          ? fail(
              "database",
              "rights",
              `${file} was last written by a newer version (it knows ${strange[0]})`,
              "install that version of tidemark",
            )
          : missing.length > 0
            ? ok("database", `${detail}; the next run brings its tables up to date`)
            : ok("database", detail),
      customers,
      api: yield* storeApi(database),
      isShut: false,
    }
  })

const unreadable = (error: StoreError, file: string): Diagnosis => {
  if (error.reason === "Locked") {
    return warn(
      "database",
      "a process has it open for writing, so it cannot be looked into",
      "run doctor again when that has ended",
    )
  }
  if (error.reason === "NoLibrary") return warn("database", "it cannot be looked into without DuckDB", null)
  const remedy =
    error.reason === "Denied"
      ? "give this user the right to read and write the file and its folder"
      : "name the right file with --db, or put a copy back"
  const detail = error.reason === "Foreign" ? `${file} is not a DuckDB database` : error.message
  return fail("database", "rights", detail, remedy)
}

/** Opens the database for reading only, if it is there. */
export const lookIntoStore = (file: string): Effect.Effect<StoreLook, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* Effect.orElseSucceed(fs.exists(file), () => false))) {
      const diagnosis = ok("database", `${file} is not there yet; the first run makes it`)
      return { diagnosis, customers: [], api: null, isShut: false }
    }
    const looked = yield* Effect.either(
      Effect.provide(look(file), Database.layer({ file, access: "read", memoryLimit: "256MB" })),
    )
    return Either.getOrElse(looked, (error) => ({
      diagnosis: unreadable(error, file),
      customers: [],
      api: null,
      isShut: true,
    }))
  })

/** Who is at work on the database, by the lock file beside it. */
export const checkLock = (file: string, database: Diagnosis): Effect.Effect<Diagnosis, never, FileSystem.FileSystem> =>
  Effect.map(readLockOwner(file), (owner) => {
    if (owner === null) return ok("lock", "nobody holds it")
    const who = `tidemark ${owner.command} by ${owner.user} on ${owner.host} (process ${owner.pid})`
    return database.state === "warn"
      ? warn("lock", `${who} is at work`, "wait for its end")
      : ok(
          "lock",
          `${who} left its lock behind; the next run takes it away, at once on that machine, elsewhere after two minutes`,
        )
  })

/** Whether the store's records are of the API that the environment names; nothing where either is not known. */
export const checkStoreApi = (file: string, { api }: StoreLook, asked: StoreApi | null): ReadonlyArray<Diagnosis> => {
  if (api === null || asked === null) return []
  const other = otherApi(file, api, asked)
  return other === null
    ? [ok("store's API", "the database holds what was read from the API that the environment names")]
    : [fail("store's API", "configuration", other.message, "")]
}
