import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import { migrationNames, migrations } from "../../../src/store/migrations/migrate.ts"
import { migrationState } from "../../../src/store/migrations/migration-state.ts"
import { rowsOf } from "../../end-to-end/program/working-folder.ts"
import { runInProcess } from "../../support/in-process.ts"
import { olderStore } from "../../support/older-store.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

/** Each is the first to write the store of some earlier version. */
const writing: ReadonlyArray<ReadonlyArray<string>> = [
  ["reconcile"],
  ["report"],
  ["exceptions", "ack", "--code", "BAL_INCEPTION"],
  ["customers", "retire", "c-1", "--reason", "left"],
  ["runs", "sign", "--run", "latest", "--as", "preparer", "--by", "ada"],
]

const reading = [["verify"], ["support-bundle"], ["books", "list"]]

it.scopedLive("a store of every earlier version is told by every command, and migrated by each that writes", () =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const db = (name: string) => join(cwd, name)
    for (let known = 1; known < migrationNames.length; known++) {
      const names = migrationNames.slice(0, known)
      const older = Object.fromEntries(
        names.flatMap((name) => Object.entries(migrations).filter(([key]) => key === name)),
      )
      yield* olderStore(db("older.duckdb"), older, async (connection) => {
        await connection.run(
          `INSERT INTO recon.runs (run_id, mode, started_at, state, configuration_sha256)
           VALUES ('20260101T000000000Z-0000', 'full', '2026-01-01T00:00:00Z', 'reported', '')`,
        )
        await connection.run(
          `INSERT INTO main.customers (customer_id, partner_customer_ref, first_seen_run, last_seen_run)
           VALUES ('c-1', 'ref-1', '20260101T000000000Z-0000', '20260101T000000000Z-0000')`,
        )
      })
      for (const args of reading) {
        const { code, stderr } = yield* runInProcess([...args, "--db", db("older.duckdb")], { cwd })
        expect([names.at(-1), args[0], code, stderr]).toEqual([
          names.at(-1),
          args[0],
          2,
          expect.stringContaining("was last written by an older version; run tidemark reconcile once"),
        ])
      }
      const doctor = yield* runInProcess(["doctor", "--db", db("older.duckdb")], { cwd })
      expect(doctor.stdout).toMatch(/^ok +database .*the next run brings its tables up to date/m)

      const command = writing[known % writing.length] ?? []
      copyFileSync(db("older.duckdb"), db("newer.duckdb"))
      const ended = yield* runInProcess([...command, "--db", db("newer.duckdb")], { cwd })
      expect([names.at(-1), command[0], ended.code === 1 ? ended.stderr : ""]).toEqual([names.at(-1), command[0], ""])
      const ran = yield* rowsOf<{ name: string }>(
        db("newer.duckdb"),
        "SELECT name FROM recon.kysely_migration ORDER BY name",
      )
      expect(ran.map(({ name }) => name)).toEqual(migrationNames)
      for (const name of ["older.duckdb", "newer.duckdb", "analytics.duckdb"]) rmSync(db(name), { force: true })
    }
  }),
)

it.scopedLive("a store is brought up to date although the clock was set back since its last migration", () =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const file = join(cwd, "older.duckdb")
    const older = Object.fromEntries(Object.entries(migrations).slice(0, 6))
    yield* olderStore(file, older, async (connection) => {
      await connection.run("UPDATE recon.kysely_migration SET timestamp = '2999-01-01T00:00:00.000Z'")
    })
    for (let opened = 0; opened < 2; opened++) {
      const layer = Database.layer({ file, access: "write", memoryLimit: "256MB" })
      const { missing } = yield* Effect.flatMap(Database, migrationState).pipe(Effect.provide(layer))
      expect(missing).toEqual([])
    }
  }),
)
