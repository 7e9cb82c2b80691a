import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Measured, measure, serve } from "./child.ts"
import { seconds } from "./print.ts"

const cost = ({ cpuMillis = 0, millis, requests = 0 }: Measured): string =>
  `${seconds(millis)}, ${Math.round((cpuMillis * 1000) / requests)} µs of CPU a request`

const measureLists = async (population: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-bench-"))
  // A handful of transactions for each customer; every other list is empty.
  const sandbox = await serve("./load-sandbox.js", [String(population * 5), String(population)])
  try {
    const { baseUrl, customers } = sandbox.said
    const ids = customers.join(",")
    const floor = await measure("./lists-floor.js", [baseUrl, ids])
    const tidemark = await measure("./load-tidemark.js", [baseUrl, join(folder, "tidemark.duckdb"), ids])
    if (tidemark.requests !== floor.requests) throw new Error("the two sides did not ask for the same lists")
    const ratio = ((tidemark.cpuMillis ?? 0) / (floor.cpuMillis ?? 1)).toFixed(2)
    console.log(
      [
        `lists, ${population.toLocaleString("en-US")} customers with ${(floor.requests ?? 0) / population} lists each`,
        `  tidemark  ${cost(tidemark)}`,
        `  floor     ${cost(floor)} (bare undici, signed and parsed, nothing stored)`,
        `  ratio     ${ratio} of CPU`,
      ].join("\n"),
    )
  } finally {
    sandbox.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a request costs where lists are many and small: the client's own work, with hardly a record to load. */
export const benchLists = async (populations: ReadonlyArray<number>): Promise<void> => {
  for (const population of populations) await measureLists(population)
}
