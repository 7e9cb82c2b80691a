import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ddl, type EngineName, moneyTestSql } from "../../../src/pipelines/report/lake/ddl.ts"
import { columnsOf, writeLake } from "../../../src/pipelines/report/lake/lake.ts"
import { lakeTables } from "../../../src/pipelines/report/lake/tables.ts"
import { Database } from "../../../src/store/database.ts"
import { laterNight, nights } from "../../support/history-case.ts"
import {
  balance,
  conversion,
  deposit,
  ledgerStore,
  legOf,
  postingOf,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const right = deposit("d-1")
const missing = deposit("d-2", { created_at: "2026-03-07T10:00:00Z" })
const wrong = withdrawal("w-1", {
  amount: "12345678901234567.123456789012345678",
  net_amount: "12345678901234567.123456789012345678",
})
const exchange = conversion("x-1")
const rows = [
  right,
  postingOf(right),
  missing,
  wrong,
  // One unit of the eighteenth decimal too much, which no float would see.
  postingOf(wrong, {
    amount: "12345678901234567.123456789012345679",
    net_amount: "12345678901234567.123456789012345679",
  }),
  exchange,
  legOf(exchange, "DEBIT", { currency: "EUR" }),
  legOf(exchange, "CREDIT", { currency: "USD", amount: "110", net_amount: "110" }),
  transaction("t-lost", {
    type: "FIAT_DEPOSIT",
    resource_type: "fiat_deposit",
    resource_id: "nowhere",
    amount: "7",
    net_amount: "7",
  }),
  balance("USD", "110"),
]

interface Manifest {
  readonly files: ReadonlyArray<{ readonly path: string; readonly sha256: string; readonly rows: number }>
}
const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "_manifest.json"), "utf8"))

const shapes = Effect.flatMap(Database, (database) =>
  Effect.forEach(lakeTables, (table) =>
    Effect.map(columnsOf(database, table), (columns) => ({ name: table.name, columns })),
  ),
)

/** A DuckDB of its own that knows nothing of the store but the files. */
const elsewhere = (statements: string, query: string) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(":memory:")
    const connection = await instance.connect()
    try {
      await connection.run("SET TimeZone = 'UTC'")
      await connection.run(statements)
      const reader = await connection.runAndReadAll(query)
      return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))))
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  })

layer(ledgerStore)("the lake", (it) => {
  it.effect("holds what the store holds, to the last decimal, and the money test decides the same there", () =>
    Effect.gen(function* () {
      yield* nights([{ rows, balances: [] }])
      const database = yield* Database
      const to = yield* temporaryFolder
      const { folder, files, written } = yield* writeLake(to)
      expect(written).toBe(files)
      expect(statSync(join(folder, "_SUCCESS")).size).toBe(0)
      const statements = ddl("duckdb", yield* shapes, folder)
      const tested = yield* elsewhere(
        statements,
        "SELECT record_id, currency, class, expected, posted, difference FROM money_test ORDER BY ALL",
      )
      expect(tested).toEqual([
        ["d-2", "EUR", "settled", "100.000000000000000000", "0.000000000000000000", "-100.000000000000000000"],
        ["nowhere", "EUR", null, "0.000000000000000000", "7.000000000000000000", "7.000000000000000000"],
        [
          "w-1",
          "EUR",
          "settled",
          "-12345678901234567.123456789012345678",
          "-12345678901234567.123456789012345679",
          "-0.000000000000000001",
        ],
      ])
      // The same pass over the store, and what its checks found.
      const inStore = yield* database.rows<Record<string, string>>(
        `SELECT record_id, difference::VARCHAR AS difference FROM (${moneyTestSql("duckdb").replace("FROM movements", "FROM recon.movement").replace("FROM postings", "FROM recon.transaction")}) ORDER BY record_id`,
      )
      expect(inStore.map(({ difference, record_id }) => [record_id, difference])).toEqual(
        tested.map((row) => [row[0], row[5]]),
      )
      const told = yield* database.rows<{ record_id: string }>(
        "SELECT record_id FROM recon.exceptions WHERE code IN ('LED_MISSING_TRANSACTION', 'LED_AMOUNT_MISMATCH', 'LED_MISSING_PRODUCT') ORDER BY record_id",
      )
      expect(told.map(({ record_id }) => record_id)).toEqual(["d-2", "t-lost", "w-1"])
      // Every table has the store's rows and sums.
      for (const { columns, name } of yield* shapes) {
        const from = lakeTables.find((table) => table.name === name)?.from
        const sums = columns.map((column) =>
          column.type.startsWith("DECIMAL") ? `sum("${column.name}")::VARCHAR` : `count("${column.name}")::VARCHAR`,
        )
        const query = `SELECT count(*)::VARCHAR, ${sums.join(", ")} FROM `
        const [stored] = yield* database.rows(`${query}${from}`)
        const [there] = yield* elsewhere(statements, query + name)
        expect(there, name).toEqual(Object.values(stored ?? {}))
        // Its rows have one order, so that equal stores give equal bytes.
        const key = lakeTables.find((table) => table.name === name)?.key.map((column) => `"${column}"`)
        const twice = yield* database.rows(`SELECT 1 FROM ${from} GROUP BY ${key?.join(", ")} HAVING count(*) > 1`)
        expect(twice, name).toEqual([])
      }
      const dated = yield* elsewhere(statements, "SELECT dt, count(*) FROM movements GROUP BY dt ORDER BY dt")
      expect(dated).toEqual([
        ["2026-03-05", "4"],
        ["2026-03-07", "1"],
      ])
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer)),
  )

  it.effect("is the same bytes for the same data, and writes anew only what changed", () =>
    Effect.gen(function* () {
      yield* nights([{ rows, balances: [] }])
      const [one, other] = [yield* temporaryFolder, yield* temporaryFolder]
      const first = yield* writeLake(one)
      const hashes = manifestOf(first.folder).files
      expect(manifestOf((yield* writeLake(other)).folder).files).toEqual(hashes)
      expect((yield* writeLake(one)).written).toBe(0)
      expect(manifestOf(first.folder).files).toEqual(hashes)
      const inode = statSync(join(first.folder, "movements/dt=2026-03-07/part-0.parquet")).ino
      yield* laterNight({
        rows: [...rows, postingOf(missing, { created_at: "2026-03-10T10:00:00Z" })],
        balances: [],
        night: 1,
      })
      yield* writeLake(one)
      const after = new Map(manifestOf(first.folder).files.map((file) => [file.path, file.sha256]))
      // What was created on another day lies as it lay: the judgement of the record changed, and not its movement.
      const day = "movements/dt=2026-03-07/part-0.parquet"
      expect(after.get(day)).toBe(hashes.find(({ path }) => path === day)?.sha256)
      expect(statSync(join(first.folder, day)).ino).toBe(inode)
      expect(after.get("transactions/dt=2026-03-10/part-0.parquet")).toBeDefined()
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer)),
  )

  it.effect("is told to each engine with exact types, and the money test with it", () =>
    Effect.gen(function* () {
      yield* nights([{ rows: [right, postingOf(right)] }])
      const all = yield* shapes
      for (const engine of ["duckdb", "clickhouse", "spark", "trino"] as ReadonlyArray<EngineName>) {
        const text = ddl(engine, all, "/lake/v1")
        expect(text, engine).not.toMatch(/float|double|hugeint|uuid|unsigned/i)
        expect(text, engine).toContain("money_test")
        for (const { name } of all) expect(text, `${engine} ${name}`).toContain(`/lake/v1/${name}`)
      }
      expect(ddl("clickhouse", all, "/lake/v1")).toContain("`amount` Nullable(Decimal(38,18))")
      expect(ddl("spark", all, "/lake/v1")).toContain("`created_at` TIMESTAMP")
    }),
  )
})
