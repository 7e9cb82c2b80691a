import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, layer } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Layer } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import { ensureStore } from "../../src/pipelines/ensure-store.ts"
import { streamTables } from "../../src/pipelines/stream-tables.ts"
import { Database } from "../../src/store/database.ts"
import { StoreError } from "../../src/store/store-error.ts"
import { holdOpen } from "../support/other-process.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const opened = (file: string, access: "read" | "write" = "write") =>
  Database.layer({ file, access, memoryLimit: "256MB" })

/** Opens the database, uses it and closes it. */
const using = <A, E, R>(file: string, use: Effect.Effect<A, E, R>, access: "read" | "write" = "write") =>
  Effect.provide(use, opened(file, access))

const nothing = Effect.asVoid(Database)
const settings = "SELECT setting FROM recon.settings ORDER BY setting"
const put = (setting: string) => `INSERT INTO recon.settings VALUES ('run-1', '${setting}', '', TRUE)`
const names = Effect.flatMap(Database, (database) =>
  Effect.map(database.rows<{ setting: string }>(settings), (rows) => rows.map((row) => row.setting)),
)

const refusal = (error: unknown) => (error instanceof StoreError ? error.reason : error)

layer(opened(":memory:"))("a transaction", (it) => {
  it.effect("keeps everything of a body that succeeds, and gives what the body gives", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const given = yield* database.transaction((sql) => Effect.as(sql.run(put("kept")), 7))
      expect(given).toBe(7)
      expect(yield* names).toEqual(["kept"])
    }),
  )

  it.effect("keeps nothing of a body that fails, and passes its failure on", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const exit = yield* Effect.exit(
        database.transaction((sql) => Effect.zipRight(sql.run(put("lost")), Effect.fail("thought better of it"))),
      )
      expect(exit).toEqual(Exit.fail("thought better of it"))
      expect(yield* names).toEqual(["kept"])
    }),
  )

  it.effect("keeps nothing of a body that dies", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const exit = yield* Effect.exit(
        database.transaction((sql) => Effect.zipRight(sql.run(put("lost")), Effect.die("a defect"))),
      )
      expect(exit).toEqual(Exit.die("a defect"))
      expect(yield* names).toEqual(["kept"])
    }),
  )

  it.effect("keeps nothing of a body whose last statement fails", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const error = yield* Effect.flip(
        database.transaction((sql) =>
          Effect.zipRight(sql.run(put("lost")), sql.run("INSERT INTO recon.settings VALUES (NULL, NULL, NULL, NULL)")),
        ),
      )
      expect(refusal(error)).toBe("Query")
      expect(yield* names).toEqual(["kept"])
    }),
  )

  it.effect("does not pass for committed where the body swallowed an error that ended it", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const exit = yield* Effect.exit(
        database.transaction((sql) =>
          Effect.gen(function* () {
            yield* sql.run(put("lost"))
            yield* Effect.ignore(sql.run("SELECT CAST('no number' AS INTEGER)"))
            yield* Effect.ignore(sql.run("INSERT INTO recon.settings VALUES (NULL, NULL, NULL, NULL)"))
          }),
        ),
      )
      expect(Exit.isFailure(exit)).toBe(true)
      expect(yield* names).toEqual(["kept"])
    }),
  )

  it.effect("keeps nothing of a body that interrupts itself", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const exit = yield* Effect.exit(
        database.transaction((sql) => Effect.zipRight(sql.run(put("lost")), Effect.interrupt)),
      )
      expect(Exit.isInterrupted(exit)).toBe(true)
      expect(yield* names).toEqual(["kept"])
    }),
  )

  it.effect("is whole where it is interrupted from outside: an open one is committed first", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const begun = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        database.transaction((sql) =>
          Effect.gen(function* () {
            yield* sql.run(put("one half"))
            yield* Deferred.succeed(begun, undefined)
            yield* Deferred.await(interrupted)
            yield* sql.run(put("other half"))
          }),
        ),
      )
      yield* Deferred.await(begun)
      const ending = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* Deferred.succeed(interrupted, undefined)
      const exit = yield* Fiber.join(ending)
      expect(Exit.isInterrupted(exit) || Exit.isSuccess(exit)).toBe(true)
      expect(yield* names).toEqual(["kept", "one half", "other half"])
    }),
  )

  it.effect("leaves the database usable after all that", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* database.transaction((sql) => sql.run("DELETE FROM recon.settings"))
      expect(yield* names).toEqual([])
    }),
  )
})

describe("a database file", () => {
  it.scoped("holds amounts unpacked, so that reading them costs little", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      const compressions = Effect.gen(function* () {
        const database = yield* Database
        yield* database.run(
          "CREATE TABLE amounts AS SELECT (i * 7919 % 100000 / 100)::DECIMAL(38,18) AS amount FROM range(200000) AS r(i)",
        )
        yield* database.run("CHECKPOINT")
        return yield* database.rows<{ compression: string }>(
          "SELECT DISTINCT compression FROM pragma_storage_info('amounts') WHERE segment_type = 'DECIMAL(38,18)'",
        )
      })
      expect(yield* using(file, compressions)).toEqual([{ compression: "Uncompressed" }])
    }),
  )

  it.scopedLive("keeps what was committed when it is opened again", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* using(
        file,
        Effect.flatMap(Database, (database) => database.run(put("kept"))),
      )
      expect(yield* using(file, names)).toEqual(["kept"])
      expect(yield* using(file, names, "read")).toEqual(["kept"])
    }),
  )

  it.scopedLive("is Locked while another process has it open", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* using(file, nothing)
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* holdOpen(file)
          expect(refusal(yield* Effect.flip(using(file, nothing)))).toBe("Locked")
          expect(refusal(yield* Effect.flip(using(file, nothing, "read")))).toBe("Locked")
        }),
      )
      yield* using(file, nothing)
    }),
  )

  it.scopedLive("is Locked while this process has it open already: two instances would lose data", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      const exit = yield* using(file, Effect.exit(Effect.provide(nothing, Layer.fresh(opened(file)))))
      expect(Exit.isFailure(exit) ? refusal(Cause.squash(exit.cause)) : "opened").toBe("Locked")
    }),
  )

  it.scopedLive("is Foreign where it is no database, even what DuckDB would open, and is left as it is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const text = "customerId,partnerCustomerRef\n".repeat(400)
      for (const [name, content] of [
        ["notes.txt", text],
        ["customers.csv", text],
        ["customers.json", "[]"],
        ["short.duckdb", "x"],
      ] as const) {
        const file = join(folder, name)
        writeFileSync(file, content)
        const error = yield* Effect.flip(using(file, nothing))
        expect(refusal(error)).toBe("Foreign")
        expect(error.message).toBe(
          `${file} is not a DuckDB database; name another with --db, or put back a copy if it is damaged`,
        )
        expect(refusal(yield* Effect.flip(using(file, nothing, "read")))).toBe("Foreign")
        expect(readFileSync(file, "utf8")).toBe(content)
      }
    }),
  )

  it.scopedLive("is Unreadable where it is a database that is damaged", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* using(file, nothing)
      writeFileSync(file, readFileSync(file).fill(0, 12))
      expect(refusal(yield* Effect.flip(using(file, nothing)))).toBe("Unreadable")
    }),
  )

  it.scopedLive("is Missing where it is to be read and is not there, and is not made", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const error = yield* Effect.flip(using(join(folder, "none.duckdb"), nothing, "read"))
      expect(refusal(error)).toBe("Missing")
      expect(readdirSync(folder)).toEqual([])
    }),
  )

  it.scopedLive("is Missing where its folder is not there", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      expect(refusal(yield* Effect.flip(using(join(folder, "none", "x.duckdb"), nothing)))).toBe("Missing")
    }),
  )

  it.scopedLive("refuses writes where it is opened for reading", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* using(file, nothing)
      const write = Effect.flatMap(Database, (database) => database.run(put("no")))
      expect(yield* Effect.flip(using(file, write, "read"))).toBeInstanceOf(StoreError)
      expect(yield* using(file, names, "read")).toEqual([])
    }),
  )

  it.scopedLive("names itself and what is wrong in its errors", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      const error = yield* Effect.flip(
        using(
          file,
          Effect.flatMap(Database, (database) => database.rows("SELECT no_such_column")),
        ),
      )
      expect(error.reason).toBe("Query")
      expect(error.message).toContain(file)
      expect(error.message).toContain("no_such_column")
    }),
  )

  it.scopedLive("can be read beside its writer over a connection of one's own", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      const values = yield* using(
        file,
        Effect.gen(function* () {
          const database = yield* Database
          yield* database.run(put("committed"))
          return yield* database.transaction((sql) =>
            Effect.gen(function* () {
              yield* sql.run(put("not yet"))
              const reader = yield* database.reader
              const result = yield* Effect.promise(() => reader.runAndReadAll(settings))
              return result.getRows()
            }).pipe(Effect.scoped),
          )
        }),
      )
      expect(values).toEqual([["committed"]])
    }),
  )
})

const ofOurSchemas = "schema_name IN ('main', 'raw', 'recon') AND NOT internal"
const contract = resolveContract()
const wholeStore = Effect.tap(Database, (database) => ensureStore(database, contract))
const uncommented = (text: string) =>
  Effect.flatMap(wholeStore, (database) =>
    Effect.map(database.rows<{ name: string }>(text), (rows) => rows.map((row) => row.name)),
  )

layer(opened(":memory:"))("the dictionary", (it) => {
  it.effect("explains every table and view", () =>
    Effect.gen(function* () {
      const found = yield* uncommented(
        `SELECT concat_ws('.', schema_name, table_name) AS name FROM duckdb_tables() WHERE ${ofOurSchemas} AND comment IS NULL
         UNION ALL
         SELECT concat_ws('.', schema_name, view_name) FROM duckdb_views() WHERE ${ofOurSchemas} AND comment IS NULL
         ORDER BY ALL`,
      )
      expect(found).toEqual([])
    }),
  )

  it.effect("explains every column", () =>
    Effect.gen(function* () {
      const found = yield* uncommented(
        `SELECT concat_ws('.', schema_name, table_name, column_name) AS name FROM duckdb_columns()
         WHERE ${ofOurSchemas} AND coalesce(comment, '') = '' ORDER BY ALL`,
      )
      expect(found).toEqual([])
    }),
  )

  it.effect("has a table for each list of the API, and the fixed ones that the design names", () =>
    Effect.gen(function* () {
      const database = yield* wholeStore
      const present = yield* database.rows<{ name: string }>(
        `SELECT concat_ws('.', table_schema, table_name) AS name FROM information_schema.tables`,
      )
      const designed = [
        ...streamTables(contract).map((table) => `main.${table.name}`),
        ...["customers", "balance_snapshots", "record_versions"].map((name) => `main.${name}`),
        ...["exceptions", "exception_events", "matches", "coverage", "runs", "rollforward"].map(
          (name) => `recon.${name}`,
        ),
        "raw.pages",
        "raw.quarantine",
      ]
      expect(present.map((row) => row.name)).toEqual(expect.arrayContaining(designed))
    }),
  )
})
