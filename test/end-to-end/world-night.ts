import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Logger, LogLevel, Redacted } from "effect"
import { connections } from "../../src/api/connections.ts"
import { PartnerApi, type PartnerApiOptions } from "../../src/api/partner-api.ts"
import { type Configuration, readConfiguration } from "../../src/pipelines/configuration/settings.ts"
import { nightly } from "../../src/pipelines/nightly.ts"
import { clockFrom } from "../../src/sandbox/clock-from.ts"
import { worldSource } from "../../src/sandbox/server/world-source.ts"
import { type SandboxOptions, serveSandbox } from "../../src/sandbox/server.ts"
import type { World } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"

export interface NightOptions {
  readonly world: World
  /** The run begins this long after the world's instant. */
  readonly secondsAfter?: number
  readonly out: string
  readonly pageSize?: number
  /** The API's clock is this much ahead of ours; 0 unless given. */
  readonly apiAheadSeconds?: number
  /** What the sandbox does besides serving the world. */
  readonly served?: Partial<SandboxOptions>
  readonly client?: Partial<PartnerApiOptions>
  readonly settings?: Partial<Configuration>
  readonly pagesPerCommit?: number
}

/** A whole night over HTTP against a sandbox that serves the world, at the world's own time. */
export const worldNight = ({
  apiAheadSeconds = 0,
  client,
  out,
  pageSize = 200,
  secondsAfter = 60,
  served,
  settings,
  world,
  ...rest
}: NightOptions) =>
  Effect.gen(function* () {
    const configuration = { ...(yield* readConfiguration(null, [])), ...settings }
    const clientSecret = Redacted.make("a secret of the tests")
    const { baseUrl } = yield* serveSandbox({
      source: worldSource(world),
      port: 0,
      clientId: "tests",
      clientSecret,
      ...served,
    }).pipe(Effect.withClock(clockFrom(world.now + (secondsAfter + apiAheadSeconds) * 1000)))
    const customers = world.customers.map(({ customerId, partnerCustomerRef, products }) => ({
      customerId,
      partnerCustomerRef,
      products,
    }))
    const api = PartnerApi.layer({
      credentials: { baseUrl, clientId: "tests", clientSecret },
      page: configuration.contract.page,
      pageSize,
      concurrency: 8,
      requestsPerSecond: null,
      timeout: "30 seconds",
      maxPageBytes: 20_000_000,
      ...client,
    })
    // One name for the API over all nights, whatever port its sandbox has.
    const options = {
      configuration,
      personalData: { _tag: "Keep" } as const,
      customers,
      baseUrl: "the tests' sandbox",
      ...rest,
    }
    return yield* nightly(options, out).pipe(Effect.provide(api))
  }).pipe(
    Effect.scoped,
    Logger.withMinimumLogLevel(LogLevel.None),
    Effect.withClock(clockFrom(world.now + secondsAfter * 1000)),
  )

/** Everything that a night needs of the platform. */
export const platformLayer = Layer.mergeAll(connections, NodeContext.layer)

/** A database and everything that a night needs of the platform. */
export const nightLayer = (file: string) =>
  Layer.merge(Database.layer({ file, access: "write", memoryLimit: "512MB" }), platformLayer)
