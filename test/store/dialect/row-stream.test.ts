import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { RowStream } from "../../../src/store/dialect/row-stream.ts"

let connection: DuckDBConnection

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect()
})
afterAll(() => connection.closeSync())

const readToEnd = async (stream: RowStream): Promise<number> => {
  let rows = 0
  for await (const batch of stream) rows += batch.length
  return rows
}

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

/** What is held, whatever else ran in this process. */
const held = (): number => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Opening a stream fails where another one is open. */
const isFree = async () => (await readToEnd(await RowStream.open(connection, "SELECT 1"))) === 1

describe("a row stream", () => {
  it("gives names, types and rows", async () => {
    const stream = await RowStream.open(connection, "SELECT 1::BIGINT AS id, $1::DECIMAL(9,2) AS amount", ["-0.5"])
    expect(stream.columnNames).toEqual(["id", "amount"])
    expect(stream.columnTypes.map(String)).toEqual(["BIGINT", "DECIMAL(9,2)"])
    const batches = []
    for await (const batch of stream) batches.push(batch)
    expect(batches).toEqual([[[1n, "-0.50"]]])
  })

  it("gives nothing for no rows, and the rows of INSERT RETURNING and CALL", async () => {
    await connection.run("CREATE TABLE t (id INTEGER)")
    expect(await readToEnd(await RowStream.open(connection, "FROM t"))).toBe(0)
    expect(await readToEnd(await RowStream.open(connection, "INSERT INTO t VALUES (1), (2) RETURNING id"))).toBe(2)
    expect(await readToEnd(await RowStream.open(connection, "CALL range(5)"))).toBe(5)
  })

  it("reads 300,000 wide rows in flat memory", async () => {
    const stream = await RowStream.open(connection, "SELECT range AS id, repeat('x', 500) AS text FROM range(300_000)")
    let rows = 0
    const before = held()
    const growth: Array<number> = []
    for await (const batch of stream) {
      rows += batch.length
      if (rows % 20_480 === 0) growth.push(held() - before)
    }
    expect(rows).toBe(300_000)
    // The text alone is 150 MB; a stream holds one batch of it.
    expect(growth.length).toBeGreaterThan(10)
    expect(Math.max(...growth)).toBeLessThan(10 * 2 ** 20)
  })

  it("fails when the statement fails after its first rows, instead of ending early", async () => {
    const sql = "SELECT CASE WHEN range = 1_000_000 THEN error('boom') ELSE 'a' END FROM range(2_000_000)"
    await expect(readToEnd(await RowStream.open(connection, sql))).rejects.toMatchObject({ reason: "Truncated", sql })
  })

  it("fails when another statement cut it short", async () => {
    const stream = await RowStream.open(connection, "FROM range(1_000_000)")
    await stream.next()
    await connection.run("SELECT 1")
    await expect(readToEnd(stream)).rejects.toMatchObject({ reason: "Truncated" })
  })

  it("is refused while another stream is open on the connection", async () => {
    const first = await RowStream.open(connection, "FROM range(1_000_000)")
    await expect(RowStream.open(connection, "SELECT 1")).rejects.toMatchObject({ reason: "Busy" })
    expect(await readToEnd(first)).toBe(1_000_000)
    expect(await readToEnd(await RowStream.open(connection, "SELECT 1"))).toBe(1)
  })

  it("frees the connection when it is left early, never read, or never opened", async () => {
    for await (const batch of await RowStream.open(connection, "FROM range(1_000_000)")) {
      if (batch.length > 0) break
    }
    expect(await isFree()).toBe(true)
    await (await RowStream.open(connection, "FROM range(1_000_000)")).return()
    expect(await isFree()).toBe(true)
    await expect(RowStream.open(connection, "FROM nowhere")).rejects.toThrow(/nowhere/)
    expect(await isFree()).toBe(true)
  })
})
