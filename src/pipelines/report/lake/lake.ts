import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import type { DuckDBConnection } from "@duckdb/node-api"
import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Array as Arr, Data, Effect, Order, Schema } from "effect"
import { sha256Hex } from "../../../api/signing.ts"
import { Database, type Sql } from "../../../store/database.ts"
import { quoteText } from "../../../store/describe-table.ts"
import { reasonOf } from "../../../store/store-error.ts"
import { oneThreadEach } from "../../../store/threads.ts"
import { ranOutOfMemory } from "../../../store/within-memory.ts"
import { buildFolder } from "../atomic-folder.ts"
import { type LakeColumn, type LakeTable, lakeColumn, lakeTables } from "./tables.ts"

/** The lake could not be written; what was there before is there still. */
export class LakeError extends Data.TaggedError("LakeError")<{ readonly path: string; readonly cause: unknown }> {
  override get message(): string {
    const words = this.cause instanceof Error ? this.cause.message : String(this.cause)
    const remedy =
      reasonOf(words) === "Full"
        ? "free some space there"
        : "see that it is a folder, and that this account may write it"
    return `the lake ${this.path} could not be written (${words.trim()}); ${remedy}, and run tidemark lake --to ${this.path}`
  }
}

/** The layout's version: a change that readers notice makes a new one beside it. */
export const LAKE_VERSION = "v1"

const LakeFile = Schema.Struct({
  /** Below the folder of the version. */
  path: Schema.String,
  rows: Schema.NonNegativeInt,
  bytes: Schema.NonNegativeInt,
  sha256: Schema.String,
  /** Of the rows as the store has them: an equal one is not written again. */
  fingerprint: Schema.String,
})
export type LakeFile = typeof LakeFile.Type

const LakeManifest = Schema.Struct({ version: Schema.Literal(1), run_id: Schema.String, files: Schema.Array(LakeFile) })

export const columnsOf = (sql: Sql, table: LakeTable) =>
  Effect.map(
    sql.rows<{ column_name: string; column_type: string }>(
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${table.from})`,
    ),
    (rows) => rows.map(({ column_name, column_type }) => lakeColumn(column_name, column_type)),
  )

const partitionOf = ({ dt, grain }: LakeTable): string => (grain === "day" ? dt : `date_trunc('month', ${dt})::DATE`)

interface Partition {
  readonly day: string
  readonly rows: bigint
  readonly mark: string
}

/** A table without rows has one file without rows, so that every engine finds its columns. */
const nothing: ReadonlyArray<Partition> = [{ day: "1970-01-01", rows: 0n, mark: "0" }]

/** The rows of a table as the lake has them, each with its partition. */
const sourceSql = (table: LakeTable, columns: ReadonlyArray<LakeColumn>): string =>
  `SELECT ${partitionOf(table)} AS dt, ${columns.map(({ sql }) => sql).join(", ")} FROM ${table.from}`

/** What a row is told apart by, made while the row is read: what is gathered need not be read once more. */
const markSql = (columns: ReadonlyArray<LakeColumn>): string =>
  `hash(${columns.map(({ name }) => `"${name}"`).join(", ")})`

/** The partitions of rows with their `dt` and `mark`, each with what tells whether they are the same as before. */
const partitionsOf = (connection: DuckDBConnection, from: string, to: string) =>
  Effect.map(
    Effect.tryPromise({
      try: async () =>
        (
          await connection.runAndReadAll(
            `SELECT strftime(dt, '%Y-%m-%d') AS day, count(*) AS rows, concat_ws('-', version(), count(*), bit_xor(mark), sum(mark % 4294967291)) AS mark
             FROM ${from} GROUP BY dt ORDER BY dt`,
          )
        ).getRowObjects() as unknown as ReadonlyArray<Partition>,
      catch: (cause) => new LakeError({ path: to, cause }),
    }),
    (partitions) => (partitions.length === 0 ? nothing : partitions),
  )

const gathered = "lake_rows"

/**
 * The rows of the partitions that are to be written, in a table of their own: each partition would read the whole list again, and DuckDB
 * sorts what lies in a compressed table only if all of it fits in memory.
 */
const gatherSql = (source: string, mark: string): string =>
  `CREATE OR REPLACE TEMP TABLE ${gathered} AS SELECT *, ${mark} AS mark FROM (${source})`

const ofDays = (table: LakeTable, days: ReadonlyArray<string>): string =>
  ` WHERE ${partitionOf(table)} IN (${days.map((day) => `DATE ${quoteText(day)}`).join(", ")})`

const rowsSql = (table: LakeTable, day: string): string =>
  `SELECT * EXCLUDE (dt, mark) FROM ${gathered} WHERE dt = DATE ${quoteText(day)} ORDER BY ${table.key.map((name) => `"${name}" NULLS LAST`).join(", ")}`

/** One COPY a file: with PARTITION_BY, DuckDB would neither keep the order nor give the same bytes twice. */
const copySql = (rows: string, file: string): string =>
  `COPY (${rows}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(file), hash)
  return hash.digest("hex")
}

/** What an earlier run wrote, by path; nothing where there is no lake yet, or none that can be read. */
const earlierFiles = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const text = yield* fs.readFileString(path.join(folder, "_manifest.json"))
    const { files } = yield* Schema.decode(Schema.parseJson(LakeManifest))(text)
    return new Map(files.map((file) => [file.path, file]))
  }).pipe(Effect.orElseSucceed(() => new Map<string, LakeFile>()))

export interface WrittenLake {
  readonly folder: string
  readonly files: number
  readonly rows: number
  /** Files that were not there before, or had other rows. */
  readonly written: number
}

/** Sorting and compressing a partition keep one thread busy. */
const tablesAtOnce = 2

/** A statement that runs out of memory beside another one is asked again when it is alone. */
const oneBeside = (tables: Effect.Semaphore, to: string) => (connection: DuckDBConnection, statement: string) => {
  const asked = Effect.tryPromise({
    try: () => connection.run(statement),
    catch: (cause) => new LakeError({ path: to, cause }),
  })
  return tables
    .withPermits(1)(asked)
    .pipe(
      Effect.catchIf(
        ({ cause }) => ranOutOfMemory(cause),
        () => tables.withPermits(tablesAtOnce)(asked),
      ),
      Effect.asVoid,
    )
}

interface Place {
  readonly to: string
  /** What an earlier run published, and what of it stands in its manifest. */
  readonly folder: string
  readonly earlier: ReadonlyMap<string, LakeFile>
  /** Where the new one is made. */
  readonly building: string
  readonly run: (connection: DuckDBConnection, statement: string) => Effect.Effect<void, LakeError>
}

/** Writes the partitions of a table that changed, and links the others. Yields its files, and how many were written. */
const writeTable = (table: LakeTable, { building, earlier, folder, run, to }: Place) =>
  Effect.gen(function* () {
    const database = yield* Database
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const connection = yield* database.reader
    const columns = yield* columnsOf(database, table)
    const files: Array<LakeFile> = []
    const changed: Array<Partition & Pick<LakeFile, "fingerprint" | "path">> = []
    const source = sourceSql(table, columns)
    // A lake that is new has all of it to write: what is gathered then tells its partitions too.
    const isNew = earlier.size === 0
    if (isNew) yield* run(connection, gatherSql(source, markSql(columns)))
    const marked = isNew ? gathered : `(SELECT dt, ${markSql(columns)} AS mark FROM (${source}))`
    for (const partition of yield* partitionsOf(connection, marked, to)) {
      const place = path.join(table.name, `dt=${partition.day}`, "part-0.parquet")
      const file = path.join(building, place)
      yield* fs.makeDirectory(path.dirname(file), { recursive: true })
      const fingerprint = sha256Hex(`${source}\n${rowsSql(table, partition.day)}\n${partition.mark}`)
      const before = earlier.get(place)
      const isLinked =
        before?.fingerprint === fingerprint &&
        (yield* Effect.match(fs.link(path.join(folder, place), file), {
          onFailure: () => false,
          onSuccess: () => true,
        }))
      if (isLinked && before !== undefined) files.push(before)
      else changed.push({ ...partition, fingerprint, path: place })
    }
    if (changed.length > 0 && !isNew) {
      yield* run(
        connection,
        gatherSql(
          `${source}${ofDays(
            table,
            changed.map(({ day }) => day),
          )}`,
          "NULL",
        ),
      )
    }
    for (const { day, fingerprint, path: place, rows } of changed) {
      const file = path.join(building, place)
      yield* run(connection, copySql(rowsSql(table, day), file))
      const [{ size }, sha256] = yield* Effect.all([
        fs.stat(file),
        Effect.tryPromise({ try: () => sha256Of(file), catch: (cause) => new LakeError({ path: to, cause }) }),
      ])
      files.push({ path: place, rows: Number(rows), bytes: Number(size), sha256, fingerprint })
    }
    yield* run(connection, `DROP TABLE IF EXISTS ${gathered}`)
    return { files, written: changed.length }
  }).pipe(Effect.scoped)

/**
 * Writes what the store holds as Parquet below `<to>/v1`: `<table>/dt=<day>/part-0.parquet`, `_manifest.json` and `_SUCCESS`
 * last. The folder is replaced as a whole by a rename; a partition whose rows did not change is linked, not written again.
 * Equal stores give equal bytes: one COPY a file, its rows in one order.
 */
export const writeLake = (to: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = path.join(to, LAKE_VERSION)
    const earlier = yield* earlierFiles(folder)
    const run = oneBeside(yield* Effect.makeSemaphore(tablesAtOnce), to)
    const [judged] = yield* database.rows<{ run_id: string }>("SELECT recon.run() AS run_id")
    return yield* buildFolder(folder, (building) =>
      Effect.gen(function* () {
        const place: Place = { to, folder, earlier, building, run }
        // What takes long begins first: what has a partition a day, and of that what was judged, which is more than what was read.
        const longest = Arr.sortBy(Order.mapInput(Order.string, ({ grain }: LakeTable) => grain))(
          [...lakeTables].reverse(),
        )
        const tables = yield* Effect.forEach(longest, (table) => writeTable(table, place), {
          concurrency: tablesAtOnce,
        }).pipe(oneThreadEach(database))
        const files = tables.flatMap((table) => table.files).sort((one, other) => (one.path < other.path ? -1 : 1))
        const manifest = { version: 1, run_id: judged?.run_id ?? "", files }
        yield* fs.writeFileString(path.join(building, "_manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`)
        yield* fs.writeFileString(path.join(building, "_SUCCESS"), "")
        const rows = files.reduce((sum, file) => sum + file.rows, 0)
        const written = tables.reduce((sum, table) => sum + table.written, 0)
        return { folder, files: files.length, rows, written } satisfies WrittenLake
      }),
    )
  }).pipe(
    Effect.catchTags({
      SystemError: (cause: PlatformError) => Effect.fail(new LakeError({ path: to, cause })),
      BadArgument: (cause: PlatformError) => Effect.fail(new LakeError({ path: to, cause })),
      AtomicFolderError: (cause) => Effect.fail(new LakeError({ path: to, cause })),
    }),
  )
