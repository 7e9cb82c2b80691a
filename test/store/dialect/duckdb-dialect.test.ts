import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { Kysely, type Migration, Migrator, sql } from "kysely"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { DuckDbDialect } from "../../../src/store/dialect/duckdb-dialect.ts"

interface Tables {
  readonly entry: { readonly id: number; readonly amount: string; readonly note: string | null }
}

let instance: DuckDBInstance
let other: DuckDBConnection
let db: Kysely<Tables>

beforeEach(async () => {
  instance = await DuckDBInstance.create(":memory:")
  other = await instance.connect()
  db = new Kysely({ dialect: new DuckDbDialect({ connect: () => instance.connect() }) })
  await sql`CREATE TABLE entry (id INTEGER PRIMARY KEY, amount DECIMAL(38, 18) NOT NULL, note VARCHAR)`.execute(db)
})
afterEach(async () => {
  await db.destroy()
  other.closeSync()
  instance.closeSync()
})

const entry = (id: number, note: string | null = null) => ({ id, amount: "1.5", note })
const ids = async () => (await db.selectFrom("entry").select("id").orderBy("id").execute()).map(({ id }): number => id)

describe("queries", () => {
  it("insert, select, update and delete, exactly and with counts", async () => {
    const amount = "-12345678901234567890.000000000000000001"
    const inserted = await db
      .insertInto("entry")
      .values([{ id: 1, amount, note: "it's\0" }, entry(2)])
      .executeTakeFirst()
    expect(inserted.numInsertedOrUpdatedRows).toBe(2n)
    expect(await db.selectFrom("entry").selectAll().where("amount", "=", amount).execute()).toEqual([
      { id: 1, amount, note: "it's\0" },
    ])
    expect((await db.updateTable("entry").set({ note: null }).executeTakeFirst()).numUpdatedRows).toBe(2n)
    expect((await db.deleteFrom("entry").where("id", "=", 2).executeTakeFirst()).numDeletedRows).toBe(1n)
    expect(await db.insertInto("entry").values(entry(3)).returning("id").execute()).toEqual([{ id: 3 }])
    const counted = await db
      .selectFrom("entry")
      .select(({ fn }) => fn.countAll<bigint>().as("n"))
      .executeTakeFirst()
    expect(counted).toEqual({ n: 2n })
  })

  it("refuse money in a JavaScript number", async () => {
    await expect(sql`SELECT ${0.1}`.execute(db)).rejects.toThrow(/bind money as a decimal string/)
  })
})

describe("transactions", () => {
  it("commit what succeeded, and leave nothing of what failed", async () => {
    await db.transaction().execute((trx) => trx.insertInto("entry").values(entry(1)).execute())
    const failed = db.transaction().execute(async (trx) => {
      await trx.insertInto("entry").values(entry(2)).execute()
      throw new Error("thought better of it")
    })
    await expect(failed).rejects.toThrow("thought better of it")
    expect(await ids()).toEqual([1])
  })

  it("reject at commit when an error that was swallowed has aborted them", async () => {
    await db.insertInto("entry").values(entry(1)).execute()
    const swallowing = db.transaction().execute(async (trx) => {
      await trx.insertInto("entry").values(entry(2)).execute()
      await trx
        .insertInto("entry")
        .values(entry(1))
        .execute()
        .catch(() => undefined)
    })
    await expect(swallowing).rejects.toThrow(/transaction is aborted/)
    expect(await ids()).toEqual([1])
  })

  it("report a conflict at commit, not the rollback that follows it", async () => {
    await other.run("BEGIN")
    await other.run("INSERT INTO entry VALUES (1, 1, NULL)")
    const losing = db.transaction().execute(async (trx) => {
      await trx.insertInto("entry").values(entry(1)).execute()
      await other.run("COMMIT")
    })
    await expect(losing).rejects.toThrow(/Failed to commit/)
    expect(await ids()).toEqual([1])
  })

  it("never interleave, however many are started at once", async () => {
    const log: Array<string> = []
    await Promise.all(
      [1, 2, 3, 4].map((id) =>
        db.transaction().execute(async (trx) => {
          log.push(`begin ${id}`)
          await trx.insertInto("entry").values(entry(id)).execute()
          await new Promise((resolve) => setTimeout(resolve, 2))
          log.push(`end ${id}`)
        }),
      ),
    )
    expect(log).toEqual([1, 2, 3, 4].flatMap((id) => [`begin ${id}`, `end ${id}`]))
    expect(await ids()).toEqual([1, 2, 3, 4])
  })

  it("refuse savepoints and isolation levels that DuckDB has not", async () => {
    const trx = await db.startTransaction().execute()
    await expect(trx.savepoint("s").execute()).rejects.toThrow("DuckDB has no savepoints")
    await trx.rollback().execute()
    const serializable = db
      .transaction()
      .setIsolationLevel("serializable")
      .execute(async () => undefined)
    await expect(serializable).rejects.toThrow(/by snapshot only/)
    const reading = db.transaction().setAccessMode("read only")
    await expect(reading.execute((trx) => trx.insertInto("entry").values(entry(1)).execute())).rejects.toThrow(
      /read-only/,
    )
  })
})

it("streams are refused: a loop that asks again inside would wait for ever", () => {
  return expect(db.selectFrom("entry").selectAll().stream().next()).rejects.toThrow(/by RowStream/)
})

describe("migrations", () => {
  const migrator = (migrations: Record<string, Migration>) =>
    new Migrator({ db, provider: { getMigrations: async () => migrations } })

  const first: Migration = {
    up: async (db) => {
      await db.schema.createSchema("recon").execute()
      await db.schema
        .createTable("recon.runs")
        .addColumn("id", "varchar", (c) => c.primaryKey())
        .execute()
    },
  }
  const failing: Migration = {
    up: async (db) => {
      await db.schema.createTable("half").addColumn("id", "integer").execute()
      await sql`INSERT INTO entry VALUES (1, 1, NULL), (1, 1, NULL)`.execute(db)
    },
  }

  it("run once, and show in the introspection", async () => {
    const { error, results } = await migrator({ "001": first }).migrateToLatest()
    expect(error).toBeUndefined()
    expect(results).toMatchObject([{ migrationName: "001", status: "Success" }])
    expect((await migrator({ "001": first }).migrateToLatest()).results).toEqual([])
    await sql`CREATE VIEW recon.latest AS SELECT max(id) AS id FROM recon.runs`.execute(db)
    const tables = await db.introspection.getTables()
    expect(tables.map(({ schema, name, isView }) => [schema, name, isView])).toEqual([
      ["main", "entry", false],
      ["recon", "latest", true],
      ["recon", "runs", false],
    ])
    expect((await db.introspection.getSchemas()).map(({ name }) => name)).toContain("recon")
  })

  it("leave nothing behind when one of them fails", async () => {
    const { error, results } = await migrator({ "001": first, "002": failing }).migrateToLatest()
    expect(error).toBeInstanceOf(Error)
    expect(results).toMatchObject([{ status: "Success" }, { migrationName: "002", status: "Error" }])
    expect((await db.introspection.getTables()).map(({ name }) => name)).toEqual(["entry"])
    expect((await migrator({ "001": first }).migrateToLatest()).results).toMatchObject([{ status: "Success" }])
  })
})
