import { createHash } from "node:crypto"
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../src/store/database.ts"
import { publishSnapshot } from "../../src/store/snapshot.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const using = <A, E, R>(file: string, use: Effect.Effect<A, E, R>) =>
  Effect.provide(use, Database.layer({ file, access: "write", memoryLimit: "256MB" }))

const made = (file: string, ...statements: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    for (const statement of statements) await connection.run(statement)
    connection.closeSync()
    instance.closeSync()
  })

const bytesOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex")

describe("a database that is not ours", () => {
  it.scopedLive("is refused before anything is made in it, and the sentence says so", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "theirs.duckdb")
      yield* made(file, "CREATE SCHEMA recon", "CREATE TABLE recon.runs (run_id VARCHAR)", "CHECKPOINT")
      const before = bytesOf(file)
      const refused = yield* Effect.flip(using(file, Database))
      expect(refused).toMatchObject({ exitCode: 2 })
      expect(refused.message).toBe(`${file} is a DuckDB database, but none of tidemark's; name another with --db`)
      expect(bytesOf(file)).toBe(before)
      expect(existsSync(`${file}.wal`)).toBe(false)
    }),
  )

  it.scopedLive("becomes ours where there is nothing in it", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "empty.duckdb")
      yield* made(file)
      yield* using(
        file,
        Effect.flatMap(Database, (database) => database.rows("SELECT * FROM recon.runs")),
      )
    }),
  )

  it.scopedLive("is told as a newer version's where that wrote it last", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* using(file, Database)
      yield* made(file, "INSERT INTO recon.kysely_migration VALUES ('9999-of-the-future', '2030-01-01')", "CHECKPOINT")
      const before = bytesOf(file)
      const refused = yield* Effect.flip(using(file, Database))
      expect(refused).toMatchObject({ exitCode: 2 })
      expect(refused.message).toBe(
        `${file} was last written by a newer version (it knows 9999-of-the-future); install that version`,
      )
      expect(bytesOf(file)).toBe(before)
    }),
  )
})

describe("a database that somebody changes under the program", () => {
  const changes: ReadonlyArray<readonly [name: string, change: (file: string) => void, detail: string]> = [
    ["cut short", (file) => truncateSync(file, 8192), "its end is missing"],
    ["emptied", (file) => truncateSync(file, 0), "its end is missing"],
    ["moved away", (file) => renameSync(file, `${file}.old`), "it is gone"],
    [
      "replaced by a copy",
      (file) => {
        copyFileSync(file, `${file}.copy`)
        renameSync(`${file}.copy`, file)
      },
      "another file has its name",
    ],
  ]
  it.scopedLive.each(changes)(
    "is found where it was %s, before anything is written or published",
    ([, change, detail]) =>
      Effect.gen(function* () {
        const file = join(yield* temporaryFolder, "tidemark.duckdb")
        const note = "INSERT INTO recon.notes VALUES ('run-1', 'a note')"
        yield* using(
          file,
          Effect.gen(function* () {
            const database = yield* Database
            yield* database.transaction((sql) => sql.run(note))
            yield* database.run("CHECKPOINT")
            change(file)
            const attempts = [database.transaction((sql) => sql.run(note)), publishSnapshot(database)]
            for (const attempt of attempts) {
              const failed = yield* Effect.flip<unknown, unknown, never>(attempt)
              expect(failed).toMatchObject({ reason: "Replaced", exitCode: 1 })
              expect(String((failed as Error).message)).toContain(
                `${file} was replaced or cut short while the program had it open (${detail})`,
              )
            }
          }),
        )
      }),
  )

  const contents = ["an earlier copy of itself", "another database"] as const
  it.scopedLive.each(contents)("is found where %s was written into it, which stays as it was put there", (content) =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "tidemark.duckdb")
      const put = join(folder, "put.duckdb")
      const note = "INSERT INTO recon.notes VALUES ('run-1', 'a note')"
      const checkpoint = Effect.gen(function* () {
        const database = yield* Database
        yield* database.transaction((sql) => sql.run(note))
        yield* database.run("CHECKPOINT")
      })
      yield* using(content === "another database" ? put : file, checkpoint)
      if (content !== "another database") copyFileSync(file, put)
      yield* using(
        file,
        Effect.gen(function* () {
          const database = yield* Database
          for (let checkpoints = 0; checkpoints < 4; checkpoints++) yield* checkpoint
          yield* database.transaction((sql) => sql.run(note))
          // What the log of ours says is of another content.
          expect(existsSync(`${file}.wal`)).toBe(true)
          const handle = openSync(file, "r+")
          writeSync(handle, readFileSync(put))
          ftruncateSync(handle, statSync(put).size)
          closeSync(handle)
          for (const attempt of [database.transaction((sql) => sql.run(note)), publishSnapshot(database)]) {
            const failed = yield* Effect.flip<unknown, unknown, never>(attempt)
            expect(String((failed as Error).message)).toContain(
              `${file} was replaced or cut short while the program had it open (something else was written into it)`,
            )
          }
        }),
      )
      expect(bytesOf(file)).toBe(bytesOf(put))
      expect(existsSync(`${file}.wal`)).toBe(false)
      expect(existsSync(`${file}.wal.put-aside`)).toBe(true)
    }),
  )
})
