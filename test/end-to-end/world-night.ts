import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Clock, Effect, Layer, Redacted } from "effect"
import { PartnerApi } from "../../src/api/partner-api.ts"
import { readConfiguration } from "../../src/pipelines/configuration.ts"
import { nightly } from "../../src/pipelines/nightly.ts"
import { worldSource } from "../../src/sandbox/server/world-source.ts"
import { serveSandbox } from "../../src/sandbox/server.ts"
import type { World } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"

/** A clock that begins at an instant of our choice and then goes on as clocks do. */
const clockFrom = (millis: number): Clock.Clock => {
  const real = Clock.make()
  const offset = millis - real.unsafeCurrentTimeMillis()
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + offset,
    unsafeCurrentTimeNanos: () => real.unsafeCurrentTimeNanos() + BigInt(Math.round(offset)) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => real.unsafeCurrentTimeMillis() + offset),
    currentTimeNanos: Effect.sync(() => real.unsafeCurrentTimeNanos() + BigInt(Math.round(offset)) * 1_000_000n),
    sleep: (duration) => real.sleep(duration),
  }
}

export interface NightOptions {
  readonly world: World
  /** The run begins this long after the world's instant. */
  readonly secondsAfter?: number
  readonly out: string
  readonly pageSize?: number
}

/** A whole night over HTTP against a sandbox that serves the world, at the world's own time. */
export const worldNight = ({ out, pageSize = 200, secondsAfter = 60, world }: NightOptions) =>
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(null, [])
    const clientSecret = Redacted.make("a secret of the tests")
    const { baseUrl } = yield* serveSandbox({ source: worldSource(world), port: 0, clientId: "tests", clientSecret })
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
    })
    return yield* nightly({ configuration, personalData: { _tag: "Keep" }, customers, baseUrl }, out).pipe(
      Effect.provide(api),
    )
  }).pipe(Effect.scoped, Effect.withClock(clockFrom(world.now + secondsAfter * 1000)))

/** A database and everything that a night needs of the platform. */
export const nightLayer = (file: string) =>
  Layer.mergeAll(
    Database.layer({ file, access: "write", memoryLimit: "512MB" }),
    NodeHttpClient.layerUndici,
    NodeContext.layer,
  )
