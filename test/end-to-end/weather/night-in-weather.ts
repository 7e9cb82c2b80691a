import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { Effect, Either, Layer, Logger, LogLevel, Redacted } from "effect"
import { connections } from "../../../src/api/connections.ts"
import { PartnerApi, type PartnerApiOptions } from "../../../src/api/partner-api.ts"
import { summarize } from "../../../src/pipelines/run/run-summary.ts"
import { sync } from "../../../src/pipelines/sync/sync.ts"
import { generateWorld, type World } from "../../../src/sandbox/world.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import { serverSecret, type WeatherServer } from "../../support/weather-server.ts"
import { expectWorldStored } from "../../support/world-rows.ts"

/** Customers with as little of a history as makes lists of all kinds. */
export const worldOf = (customers: number): World => generateWorld({ seed: 5, now: Date.now(), customers, days: 3 })

/** A reading of the whole world over real connections, as the defaults have it. */
export const readIn = (
  folder: string,
  world: World,
  server: WeatherServer,
  client: Partial<PartnerApiOptions> = {},
  startPatienceMinutes = 10,
) =>
  Effect.gen(function* () {
    const configuration = configurationWith({ startPatienceMinutes })
    const { baseUrl } = server
    const customers = world.customers.map(({ customerId, partnerCustomerRef, products }) => ({
      customerId,
      partnerCustomerRef,
      products,
    }))
    const api = PartnerApi.layer({
      credentials: { baseUrl, clientId: "tests", clientSecret: Redacted.make(serverSecret) },
      page: configuration.contract.page,
      pageSize: 200,
      concurrency: 8,
      requestsPerSecond: null,
      timeout: "30 seconds",
      maxPageBytes: 20_000_000,
      // What is everybody's affair is charged to no budget.
      retryBudget: { percent: 0, floor: 0 },
      deadline: "6 hours",
      startPatience: `${startPatienceMinutes} minutes`,
      ...client,
    }).pipe(Layer.provide(connections))
    return yield* Effect.gen(function* () {
      const end = yield* Effect.either(
        sync({ configuration, personalData: { _tag: "Keep" }, customers, baseUrl }).pipe(Effect.provide(api)),
      )
      if (Either.isLeft(end)) return { failure: end.left, stopped: null, summary: null, open: [] as const }
      const database = yield* Database
      const open = yield* database.rows<{ list: string; state: string; reason: string }>(
        `SELECT customer_id || '/' || stream AS list, state, reason FROM recon.coverage
         WHERE run_id = $1 AND state NOT IN ('COMPLETE', 'NOT_APPLICABLE') ORDER BY ALL`,
        [end.right.runId],
      )
      if (open.length === 0) yield* expectWorldStored(world)
      const summary = yield* summarize(database, end.right.runId)
      return { failure: null, stopped: end.right.stopped, summary, open }
    }).pipe(
      Effect.provide(Database.layer({ file: join(folder, "tidemark.duckdb"), access: "write", memoryLimit: "256MB" })),
    )
  }).pipe(Effect.provide(NodeContext.layer), Logger.withMinimumLogLevel(LogLevel.None))
