import { createWriteStream } from "node:fs"
import { finished } from "node:stream/promises"
import { DuckDBInstance } from "@duckdb/node-api"
import { streams } from "../src/api/streams.ts"
import { barePage } from "./bare-page.ts"
import { peakBytes, say } from "./child.ts"
import { concurrency, pageSize } from "./load-setup.ts"

/** The least that any loader must do: fetch every page signed and parse it, then DuckDB's own read_json of the same bytes. */
const [, , baseUrl = "", pagesFile = "", databaseFile = "", customerIds = ""] = process.argv

const lists = customerIds
  .split(",")
  .flatMap((customer) => streams.map((row) => `/partner/v1/customers/${customer}/${row.path}?limit=${pageSize}`))

const walk = async (keep: (body: Buffer, path: string) => void): Promise<number> => {
  let records = 0
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < lists.length) {
      const first = lists[next++] ?? ""
      let path: string | null = first
      while (path !== null) {
        const body: Buffer = await barePage(baseUrl, path)
        const page = JSON.parse(body.toString())
        records += page.data.length
        keep(body, first)
        path = page.pageInfo.hasMore ? `${first}&cursor=${encodeURIComponent(page.pageInfo.nextCursor)}` : null
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return records
}

const cpuMillis = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

const fetchedFrom = performance.now()
const cpuFrom = cpuMillis()
const records = await walk(() => undefined)
const fetchMillis = performance.now() - fetchedFrom
const fetchCpuMillis = cpuMillis() - cpuFrom

// Outside both timers: the bytes go to a file for read_json.
const output = createWriteStream(pagesFile)
await walk((body, path) => {
  if (path.includes("/transactions?")) output.write(Buffer.concat([body, Buffer.from("\n")]))
})
output.end()
await finished(output)

const fields = streams.find((row) => row.stream === "transactions")?.fields ?? []
const instance = await DuckDBInstance.create(databaseFile, { memory_limit: "512MB", preserve_insertion_order: "false" })
const connection = await instance.connect()

/** DuckDB reads money exactly in either way; as text it is fastest, as DECIMAL(38,18) it is what a loader must end with. */
const readJson = async (table: string, money: "VARCHAR" | "DECIMAL(38,18)"): Promise<number> => {
  const types = { text: "VARCHAR", direction: "VARCHAR", personal: "VARCHAR", money, time: "TIMESTAMPTZ" }
  const struct = fields.map((field) => `"${field.field}" ${types[field.type]}`).join(", ")
  const startedAt = performance.now()
  await connection.run(
    `CREATE TABLE ${table} AS SELECT unnest(data, recursive := true)
     FROM read_json('${pagesFile}', format = 'newline_delimited', columns = {data: 'STRUCT(${struct})[]'})`,
  )
  return performance.now() - startedAt
}

const textCpuFrom = cpuMillis()
const asTextMillis = await readJson("as_text", "VARCHAR")
const textCpuMillis = cpuMillis() - textCpuFrom
const asDecimalMillis = await readJson("as_decimal", "DECIMAL(38,18)")
instance.closeSync()
say({
  millis: fetchMillis + asTextMillis,
  cpuMillis: fetchCpuMillis + textCpuMillis,
  fetchMillis,
  asTextMillis,
  asDecimalMillis,
  peakBytes: peakBytes(),
  records,
})
