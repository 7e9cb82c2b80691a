import { hostname, userInfo } from "node:os"
import { FileSystem, Path } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Context, Data, Effect, Layer, Option } from "effect"
import type { Credentials } from "../api/credentials.ts"
import { PartnerApi, type PartnerApiOptions } from "../api/partner-api.ts"
import type { Severity } from "../pipelines/configuration/file.ts"
import { isProduct, type RosterEntry, readProducts, readRoster } from "../pipelines/configuration/roster.ts"
import { type Configuration, readConfiguration } from "../pipelines/configuration/settings.ts"
import { checks } from "../pipelines/reconcile/checks.ts"
import { Database } from "../store/database.ts"
import { heldDatabase } from "../store/held-database.ts"
import type { LockHolder } from "../store/run-lock.ts"
import { snapshotFile, snapshotName } from "../store/snapshot.ts"
import { UsageError } from "./exit-code.ts"

/** The configuration with what the command line says over it. */
export const configurationOf = (options: {
  readonly config: Option.Option<string>
  readonly failOn?: Option.Option<Severity>
}): Effect.Effect<Configuration, Effect.Effect.Error<ReturnType<typeof readConfiguration>>, FileSystem.FileSystem> =>
  readConfiguration(Option.getOrNull(options.config), checks).pipe(
    Effect.map((configuration) => ({
      ...configuration,
      failOn: Option.getOrElse(options.failOn ?? Option.none(), () => configuration.failOn),
    })),
  )

/** Makes the folder of reports, and refuses what cannot be one, before anything is asked of the API. */
export const prepareOut = (out: string): Effect.Effect<void, UsageError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const refuse = (detail: string) => new UsageError({ detail: `--out ${out}: ${detail}` })
    const kind = yield* Effect.option(fs.stat(out))
    if (Option.isSome(kind) && kind.value.type !== "Directory") return yield* refuse("is a file, not a folder")
    yield* fs
      .makeDirectory(out, { recursive: true })
      .pipe(Effect.mapError((error) => refuse(`cannot be made: ${error.message}`)))
    yield* fs
      .access(out, { writable: true })
      .pipe(Effect.mapError((error) => refuse(`cannot be written, check its rights: ${error.message}`)))
    const latest = path.join(out, "latest")
    const link = yield* Effect.option(fs.readLink(latest))
    if (Option.isNone(link) && (yield* Effect.orElseSucceed(fs.exists(latest), () => false))) {
      return yield* refuse(
        "holds something called latest that is not a link; move it away, because latest leads to the newest reports",
      )
    }
  })

/** Whom a lock file names. An account without a name, as a container may have, goes by its number. */
const holderOf = (command: string): Effect.Effect<LockHolder> =>
  Effect.try(() => userInfo().username).pipe(
    Effect.orElseSucceed(() => `user ${process.getuid?.() ?? "unknown"}`),
    Effect.map((user) => ({ user, host: hostname(), pid: process.pid, command })),
  )

/**
 * The working database for a command that writes it, its folder made where it is missing. The command holds the lock of
 * the run meanwhile.
 */
export const workingDatabase = (
  file: string,
  configuration: Configuration,
  command: string,
  /** Files that statements may read, where they read any; they then reach nothing else. */
  onlyFiles?: ReadonlyArray<string>,
) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      if (path.basename(file) === snapshotName) {
        return yield* new UsageError({
          detail: `--db ${file}: ${snapshotName} is the name of the snapshot that is published beside the database; choose another name`,
        })
      }
      const folder = path.dirname(file)
      yield* fs
        .makeDirectory(folder, { recursive: true })
        .pipe(
          Effect.mapError(
            (error) => new UsageError({ detail: `--db ${file}: its folder cannot be made: ${error.message}` }),
          ),
        )
      return heldDatabase(
        { file, memoryLimit: configuration.memoryLimit, ...(onlyFiles === undefined ? {} : { onlyFiles }) },
        yield* holderOf(command),
      )
    }),
  )

/** The working database, which an earlier run must have made. */
export const existingDatabase = (
  file: string,
  configuration: Configuration,
  command: string,
  onlyFiles?: ReadonlyArray<string>,
) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      if (!(yield* Effect.orElseSucceed(fs.exists(file), () => false))) {
        return yield* new UsageError({
          detail: `--db ${file}: there is no such database; run tidemark nightly first, or correct the path`,
        })
      }
      return workingDatabase(file, configuration, command, onlyFiles)
    }),
  )

/** A run is writing, and DuckDB lets nobody read meanwhile. Exit code 75. */
export class StoreInUse extends Data.TaggedError("StoreInUse")<{ readonly file: string; readonly snapshot: string }> {
  override get message(): string {
    return `another process has ${this.file} open for writing, and until it ends nobody can read it; wait for its end, or read the copy that the last run published: --db ${this.snapshot}`
  }
}

/** The newest table that readers need: a store without it was last written by an older version. */
const isCurrent = `
  SELECT count(*) = 1 AS current FROM duckdb_tables() WHERE schema_name = 'recon' AND table_name = 'book_judged'`

/** The database, or a copy of it, for reading only: an earlier run must have made it, and no process may be writing. */
export const databaseToRead = (file: string, configuration: Configuration) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const snapshot = yield* snapshotFile(file)
      if (!(yield* Effect.orElseSucceed(fs.exists(file), () => false))) {
        return yield* new UsageError({
          detail: `--db ${file}: there is no such database; run tidemark nightly first, or correct the path`,
        })
      }
      const opened = yield* Layer.build(
        Database.layer({ file, access: "read", memoryLimit: configuration.memoryLimit }),
      ).pipe(
        Effect.catchIf(
          (error) => error.reason === "Locked",
          () => new StoreInUse({ file, snapshot }),
        ),
      )
      const [store] = yield* Context.get(opened, Database).rows<{ current: boolean }>(isCurrent)
      if (store?.current !== true) {
        return yield* new UsageError({
          detail: `${file} was last written by an older version; run tidemark reconcile once, which brings it up to date`,
        })
      }
      return Layer.succeedContext(opened)
    }),
  )

/** The published snapshot beside the database, for reading only; refused where another database published it. */
export const snapshotDatabase = (db: string) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const file = yield* snapshotFile(db)
      if (!(yield* Effect.orElseSucceed(fs.exists(file), () => false))) {
        return yield* new UsageError({
          detail: `${file}: there is no snapshot yet; run tidemark nightly first, or name the database with --db`,
        })
      }
      const snapshot = yield* Layer.build(Database.layer({ file, access: "read", memoryLimit: "1GB" }))
      const [publication] = yield* Context.get(snapshot, Database).rows<{ published_by: string }>(
        "SELECT published_by FROM recon.publication",
      )
      const asked = path.basename(db)
      if (publication?.published_by !== asked) {
        return yield* new UsageError({
          detail: `${file} was published by ${publication?.published_by}, not by ${asked}; name that database with --db, or keep each database in a folder of its own`,
        })
      }
      return Layer.succeedContext(snapshot)
    }),
  )

/**
 * The client of the Partner API as the configuration wants it, over a connection pool of its own. undici's plain client
 * follows no redirect and decompresses nothing, which the client relies on.
 */
export const partnerApi = (
  configuration: Configuration,
  given: Credentials,
  changes: Partial<PartnerApiOptions> = {},
) =>
  PartnerApi.layer({
    credentials: given,
    page: configuration.contract.page,
    pageSize: configuration.pageSize,
    concurrency: configuration.concurrency,
    requestsPerSecond: configuration.requestsPerSecond,
    timeout: `${configuration.requestTimeoutSeconds} seconds`,
    maxPageBytes: configuration.maxPageMegabytes * 1_000_000,
    policy: configuration.retryPolicy,
    retryBudget: configuration.retryBudget,
    breaker: {
      failures: configuration.breaker.failures,
      coolDown: `${configuration.breaker.coolDownSeconds} seconds`,
    },
    deadline: configuration.deadlineMinutes === null ? null : `${configuration.deadlineMinutes} minutes`,
    ...changes,
  }).pipe(Layer.provide(NodeHttpClient.layerUndici))

/** Whom to read: the roster that was named, else the customers that the store already knows. */
export const customersToRead = (
  file: Option.Option<string>,
): Effect.Effect<
  ReadonlyArray<RosterEntry>,
  | UsageError
  | Effect.Effect.Error<ReturnType<typeof readRoster>>
  | Effect.Effect.Error<ReturnType<Database["Type"]["rows"]>>,
  Database | FileSystem.FileSystem
> =>
  Effect.gen(function* () {
    if (Option.isSome(file)) return yield* readRoster(file.value)
    const database = yield* Database
    const known = yield* database.rows<{ customer_id: string; partner_customer_ref: string; products: string | null }>(
      "SELECT customer_id, partner_customer_ref, products FROM main.customers ANTI JOIN main.retirements USING (customer_id, last_seen_run) ORDER BY customer_id",
    )
    if (known.length === 0) {
      return yield* new UsageError({
        detail: `${database.file} knows no customer yet, and the API has no list of them; name yours with --customers FILE`,
      })
    }
    return known.map((row) => ({
      customerId: row.customer_id,
      partnerCustomerRef: row.partner_customer_ref,
      products: readProducts(row.products).filter(isProduct),
    }))
  })
