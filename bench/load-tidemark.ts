import "../src/store/allocator.ts"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Redacted } from "effect"
import { connections } from "../src/api/connections.ts"
import { PartnerApi } from "../src/api/partner-api.ts"
import { silence } from "../src/cli/logging.ts"
import { readConfiguration } from "../src/pipelines/configuration/settings.ts"
import { sync } from "../src/pipelines/sync/sync.ts"
import { Database } from "../src/store/database.ts"
import { peakBytes, say } from "./child.ts"
import { clientId, clientSecret, concurrency, pageSize } from "./load-setup.ts"

const [, , baseUrl = "", file = "", customerIds = ""] = process.argv

const startedAt = performance.now()
const cpuAt = process.cpuUsage()
const { records, requests } = await Effect.runPromise(
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(null, [])
    const credentials = { baseUrl, clientId, clientSecret: Redacted.make(clientSecret) }
    const customers = customerIds
      .split(",")
      .map((customerId) => ({ customerId, partnerCustomerRef: customerId, products: null }))
    const run = yield* sync({ configuration, personalData: { _tag: "Keep" }, customers, baseUrl }).pipe(
      Effect.provide(
        PartnerApi.layer({
          credentials,
          page: configuration.contract.page,
          pageSize,
          concurrency,
          requestsPerSecond: null,
          timeout: "60 seconds",
          maxPageBytes: 20_000_000,
        }),
      ),
    )
    const database = yield* Database
    const [row] = yield* database.rows<{ stored: bigint; coverage: string; requests: bigint }>(
      "SELECT (SELECT count(*) FROM main.transactions) AS stored, coverage, requests FROM recon.runs WHERE run_id = $1",
      [run.runId],
    )
    if (row?.coverage !== "COMPLETE") throw new Error(`coverage is ${row?.coverage}`)
    return { records: Number(row.stored), requests: Number(row.requests) }
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        Database.layer({ file, access: "write", memoryLimit: "512MB" }),
        connections,
        NodeContext.layer,
        silence,
      ),
    ),
  ),
)
const cpu = process.cpuUsage(cpuAt)
const cpuMillis = (cpu.user + cpu.system) / 1000
say({ millis: performance.now() - startedAt, cpuMillis, peakBytes: peakBytes(), records, requests })
