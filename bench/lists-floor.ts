import { streams } from "../src/api/streams.ts"
import { barePage } from "./bare-page.ts"
import { peakBytes, say } from "./child.ts"
import { concurrency, pageSize } from "./load-setup.ts"

/** The least that many small lists cost: each asked for once by bare undici, signed and parsed. */
const [, , baseUrl = "", customerIds = ""] = process.argv

const lists = customerIds
  .split(",")
  .flatMap((customer) => streams.map((row) => `/partner/v1/customers/${customer}/${row.path}?limit=${pageSize}`))

const startedAt = performance.now()
const cpuAt = process.cpuUsage()
let next = 0
const worker = async (): Promise<void> => {
  while (next < lists.length) JSON.parse((await barePage(baseUrl, lists[next++] ?? "")).toString())
}
await Promise.all(Array.from({ length: concurrency }, worker))
const cpu = process.cpuUsage(cpuAt)
const cpuMillis = (cpu.user + cpu.system) / 1000
say({ millis: performance.now() - startedAt, cpuMillis, peakBytes: peakBytes(), requests: lists.length })
