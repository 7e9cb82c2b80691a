import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { measure, serve } from "./child.ts"
import { megabytes, seconds } from "./print.ts"

const measureLoad = async (transactions: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-bench-"))
  const sandbox = await serve("./load-sandbox.js", [String(transactions)])
  try {
    const { baseUrl, customers } = sandbox.said
    const tidemark = await measure("./load-tidemark.js", [
      baseUrl,
      join(folder, "tidemark.duckdb"),
      customers.join(","),
    ])
    const floor = await measure("./load-floor.js", [
      baseUrl,
      join(folder, "pages.ndjson"),
      join(folder, "floor.duckdb"),
      customers.join(","),
    ])
    if (tidemark.records !== floor.records) throw new Error("the two sides did not read the same records")
    const { asDecimalMillis: decimal = 0, asTextMillis: text = 0, fetchMillis: fetch = 0 } = floor
    const rate = Math.round((transactions * 1000) / tidemark.millis)
    console.log(
      [
        `load, ${transactions.toLocaleString("en-US")} records in pages of 200`,
        `  tidemark  ${seconds(tidemark.millis)}  (${rate.toLocaleString("en-US")} records/s end to end), peak memory ${megabytes(tidemark.peakBytes)}`,
        `  floor     ${seconds(floor.millis)}  (undici loop ${seconds(fetch)} + read_json, amounts left as text, ${seconds(text)}), peak memory ${megabytes(floor.peakBytes)}`,
        `  CPU       ${seconds(tidemark.cpuMillis ?? 0)} beside ${seconds(floor.cpuMillis ?? 0)}, ratio ${((tidemark.cpuMillis ?? 0) / (floor.cpuMillis ?? 1)).toFixed(2)}`,
        `  ratio     ${(tidemark.millis / floor.millis).toFixed(2)}  (target: at most 2.2); ${(tidemark.millis / (fetch + decimal)).toFixed(2)} where read_json reads amounts as DECIMAL(38,18) (${seconds(decimal)})`,
      ].join("\n"),
    )
  } finally {
    sandbox.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The sandbox in a process of its own with no delay; each side in a process of its own, one after the other. */
export const benchLoad = async (sizes: ReadonlyArray<number>): Promise<void> => {
  for (const size of sizes) await measureLoad(size)
}
