import { createWriteStream } from "node:fs"
import { type FileHandle, open as openFile, realpath } from "node:fs/promises"
import { resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { Context, Effect, Exit, Layer, type Scope } from "effect"
import { type Compilable, CompiledQuery, Kysely } from "kysely"
import { asking } from "./asking.ts"
import { quoteText } from "./describe-table.ts"
import { appendedRows } from "./dialect/appended-rows.ts"
import { DuckDbDialect } from "./dialect/duckdb-dialect.ts"
import type { JsValue } from "./dialect/read-value.ts"
import { checkHeader } from "./duckdb-header.ts"
import { fileWatch } from "./file-watch.ts"
import { emptyTableSql, type FilledColumns, valuesOf } from "./filled-table.ts"
import { migrate } from "./migrations/migrate.ts"
import { refuseOthers } from "./ours.ts"
import { StoreError, storeError } from "./store-error.ts"

export type Row = { readonly [column: string]: JsValue }

/** Composed queries know no table by itself. */
type NoTables = Record<never, never>

/** A place to run statements: the database itself, each statement its own transaction, or an open transaction. */
export interface Sql {
  /** For queries that are composed, over definitions that are plain SQL text and say what their rows are. */
  readonly kysely: Kysely<NoTables>
  readonly query: <R>(query: Compilable<R>) => Effect.Effect<ReadonlyArray<R>, StoreError>
  /** One statement; parameters are `$1`, `$2`, …; money goes in as a string. */
  readonly rows: <R = Row>(
    text: string,
    parameters?: ReadonlyArray<unknown>,
  ) => Effect.Effect<ReadonlyArray<R>, StoreError>
  readonly run: (text: string, parameters?: ReadonlyArray<unknown>) => Effect.Effect<void, StoreError>
  /** Adds rows to a temporary table of such columns; everything travels as text, which DuckDB casts exactly. */
  readonly append: <A>(
    table: string,
    columns: FilledColumns<A>,
    rows: ReadonlyArray<A>,
  ) => Effect.Effect<void, StoreError>
  /** The same for a table that is made for them. */
  readonly fill: Sql["append"]
  /** In a transaction: a statement that may take long, and that an interruption stops at once; the transaction is then rolled back. */
  readonly runUntilStopped: (text: string) => Effect.Effect<void, StoreError>
  /** One after the other, in one call: for definitions and comments, of which there are hundreds. */
  readonly runAll: (statements: ReadonlyArray<string>) => Effect.Effect<void, StoreError>
}

export interface DatabaseOptions {
  readonly file: string
  /** `read`: many processes may read one file at once, and none of them may write. */
  readonly access: "write" | "read"
  /** DuckDB's own limit, such as `512MB`; past it, DuckDB works on disk. */
  readonly memoryLimit: string
  /** Where it is given, statements reach these files and no others, and no network. */
  readonly onlyFiles?: ReadonlyArray<string>
  /** The folder below which a statement of the program may write and read files beside the database's own. */
  readonly onlyBelow?: string
}

/** The store: one DuckDB file with one writer connection. */
export class Database extends Context.Tag("tidemark/Database")<
  Database,
  Sql & {
    readonly file: string
    /** Commits when the body succeeds, rolls back when it fails. An interruption from outside waits for the end of the body. */
    readonly transaction: <A, E, R>(body: (sql: Sql) => Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreError, R>
    /** Fails where the file is no longer the one that was opened, whole; asked before each transaction. */
    readonly stillThere: Effect.Effect<void, StoreError>
    /** Copies the file as it lies on the disk to a new one. Whoever opened it a second time would give up DuckDB's lock by closing it. */
    readonly copyFile: (to: string) => Promise<void>
    /** A connection of its own for reading a long result, so that the writer stays free. */
    readonly reader: Effect.Effect<DuckDBConnection, StoreError, Scope.Scope>
  }
>() {
  static readonly layer = (options: DatabaseOptions): Layer.Layer<Database, StoreError> =>
    Layer.scoped(Database, open(options))
}

const settings = (options: DatabaseOptions): Record<string, string> => ({
  access_mode: options.access === "read" ? "READ_ONLY" : "READ_WRITE",
  memory_limit: options.memoryLimit,
  // Nothing may reach for the network, not even for an extension.
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  // Rows have no order until a report gives them one; keeping DuckDB's costs memory.
  preserve_insertion_order: "false",
  // Page bodies are long texts: from this storage version on they are compressed to a tenth, and stay readable in SQL.
  ...(options.access === "write"
    ? { storage_compatibility_version: "v1.2.0" }
    : // A statement of an analyst reads the snapshot and nothing else, and writes no file.
      { enable_external_access: String(options.onlyBelow !== undefined) }),
  // A checkpoint rewrites row groups; with the default of 16 MB a load of pages would be mostly checkpoints.
  checkpoint_threshold: "64MB",
})

/** An interruption waits for the statement's end: closing a database in the middle of one can end the process. */
const sqlOn = (kysely: Kysely<NoTables>, fail: (cause: unknown) => StoreError, interrupt: () => void): Sql => {
  const query: Sql["query"] = (query) =>
    Effect.tryPromise({ try: () => kysely.executeQuery(query.compile()), catch: fail }).pipe(
      Effect.map((result) => result.rows),
      Effect.uninterruptible,
    )
  const rows: Sql["rows"] = <R>(text: string, parameters: ReadonlyArray<unknown> = []) =>
    Effect.tryPromise({
      try: () => kysely.executeQuery<R>(CompiledQuery.raw(text, [...parameters])),
      catch: fail,
    }).pipe(
      Effect.map((result) => result.rows),
      Effect.uninterruptible,
    )
  const run: Sql["run"] = (text, parameters) => Effect.asVoid(rows(text, parameters))
  const runAll: Sql["runAll"] = (statements) => (statements.length === 0 ? Effect.void : run(statements.join("\n;\n")))
  const append: Sql["append"] = (table, columns, rows) =>
    Effect.tryPromise({
      try: () => kysely.executeQuery(appendedRows(table, valuesOf(rows, columns))),
      catch: fail,
    }).pipe(Effect.asVoid, Effect.uninterruptible)
  const fill: Sql["fill"] = (table, columns, rows) =>
    Effect.zipRight(run(emptyTableSql(table, columns)), append(table, columns, rows))
  const runUntilStopped: Sql["runUntilStopped"] = (text) =>
    Effect.asVoid(Effect.interruptible(asking(interrupt, () => kysely.executeQuery(CompiledQuery.raw(text)), fail)))
  return { kysely, query, rows, run, runAll, append, fill, runUntilStopped }
}

/** Numbers packed into bits save a fifth of a file; reading a million amounts of them takes 70 ms of CPU, and 8 where they are not. */
const unpacked = "SET disabled_compression_methods = 'bitpacking'"

const connect = async (instance: DuckDBInstance): Promise<DuckDBConnection> => {
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  return connection
}

/** Files that this process has open: DuckDB would open one twice without a word, and lose what one of the two writes. */
const claimed = new Set<string>()

/** The file behind links: DuckDB keeps the log beside it, and refuses a reader a log that is not beside the path that it was given. */
const behindLinks = (file: string): Effect.Effect<string> =>
  Effect.orElseSucceed(
    Effect.tryPromise(() => realpath(file)),
    () => file,
  )

const claim = (file: string): Effect.Effect<void, StoreError, Scope.Scope> =>
  file === ":memory:"
    ? Effect.void
    : Effect.acquireRelease(
        Effect.suspend(() => {
          const path = resolve(file)
          if (claimed.has(path)) {
            return Effect.fail(new StoreError({ reason: "Locked", file, detail: "this process has it open already" }))
          }
          claimed.add(path)
          return Effect.succeed(path)
        }),
        (path) => Effect.sync(() => claimed.delete(path)),
      )

/** The file that DuckDB has open, open once more for as long: a process that closes a file gives up every lock that it has on it. */
const held = async (file: string, options: DatabaseOptions) => {
  const instance = await DuckDBInstance.create(file, settings(options))
  if (file === ":memory:" || options.access === "read") return { instance, handle: null }
  try {
    return { instance, handle: await openFile(file) }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

const copyBlock = 4_194_304

const copyOf =
  (handle: FileHandle | null): Database["Type"]["copyFile"] =>
  async (to) => {
    if (handle === null) throw new Error("only a file that is open for writing is copied")
    const from = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: copyBlock })
    await pipeline(from, createWriteStream(to, { flags: "wx", mode: 0o600, highWaterMark: copyBlock }))
  }

const open = (options: DatabaseOptions): Effect.Effect<Database["Type"], StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const fail = storeError(options.file)
    const file = yield* behindLinks(options.file)
    yield* claim(file)
    // Not before the claim: closing a file gives up every lock that this process has on it.
    yield* checkHeader(file)
    const { handle, instance, watch } = yield* Effect.acquireRelease(
      Effect.gen(function* () {
        const { handle, instance } = yield* Effect.tryPromise({ try: () => held(file, options), catch: fail })
        return { handle, instance, watch: handle === null ? null : yield* fileWatch(file, handle) }
      }),
      ({ handle, instance, watch }) =>
        Effect.gen(function* () {
          instance.closeSync()
          if (watch !== null) yield* watch.closed
          if (handle !== null) yield* Effect.promise(() => handle.close())
        }),
    )
    let writer: DuckDBConnection | undefined
    const connectWriter = async () => {
      writer = await connect(instance)
      if (options.access === "write") await writer.run(unpacked)
      return writer
    }
    const interrupt = () => writer?.interrupt()
    const kysely = yield* Effect.acquireRelease(
      Effect.sync(() => new Kysely<NoTables>({ dialect: new DuckDbDialect({ connect: connectWriter }) })),
      (kysely) => Effect.promise(() => kysely.destroy()),
    )
    if (options.access === "write") {
      yield* refuseOthers(sqlOn(kysely, fail, interrupt), options.file)
      yield* Effect.tryPromise({ try: () => migrate(kysely), catch: fail })
    }
    if (options.onlyFiles !== undefined) {
      const { run } = sqlOn(kysely, fail, interrupt)
      yield* run(`SET allowed_paths = [${options.onlyFiles.map((path) => quoteText(resolve(path))).join(", ")}]`)
      yield* run("SET enable_external_access = false")
    }

    if (options.onlyBelow !== undefined) {
      const { run } = sqlOn(kysely, fail, interrupt)
      yield* run(`SET allowed_directories = [${quoteText(`${resolve(options.onlyBelow)}/`)}]`)
      yield* run("SET enable_external_access = false")
    }

    const stillThere = watch !== null ? watch.stillThere(sqlOn(kysely, fail, interrupt)) : Effect.void
    const transaction: Database["Type"]["transaction"] = (body) => Effect.zipRight(stillThere, inTransaction(body))
    const inTransaction: Database["Type"]["transaction"] = (body) =>
      Effect.acquireUseRelease(
        Effect.tryPromise({ try: () => kysely.startTransaction().execute(), catch: fail }),
        (transaction) =>
          // The commit belongs to the use: if it is refused, the body has failed.
          Effect.zipLeft(
            body(sqlOn(transaction, fail, interrupt)),
            Effect.tryPromise({ try: () => transaction.commit().execute(), catch: fail }),
          ).pipe(Effect.uninterruptible),
        (transaction, exit) =>
          Exit.isSuccess(exit) || transaction.isCommitted
            ? Effect.void
            : Effect.promise(() => transaction.rollback().execute()).pipe(Effect.ignoreLogged),
      )

    return {
      ...sqlOn(kysely, fail, interrupt),
      file: options.file,
      transaction,
      stillThere,
      copyFile: copyOf(handle),
      reader: Effect.acquireRelease(Effect.tryPromise({ try: () => connect(instance), catch: fail }), (connection) =>
        Effect.sync(() => connection.closeSync()),
      ),
    }
  })
