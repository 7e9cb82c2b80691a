import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Logger, LogLevel } from "effect"
import { readConfiguration } from "../src/pipelines/configuration/settings.ts"
import { type Drilled, drill } from "../src/pipelines/drill/drill.ts"
import { unseenIn } from "../src/pipelines/drill/outcome.ts"
import type { JudgedAs } from "../src/pipelines/drill/readings.ts"
import { checks } from "../src/pipelines/reconcile/checks.ts"
import { reconcile } from "../src/pipelines/reconcile/reconcile.ts"
import { sync } from "../src/pipelines/sync/sync.ts"
import { clockFrom } from "../src/sandbox/clock-from.ts"
import { generateWorld, type WorldOptions } from "../src/sandbox/world.ts"
import { Database } from "../src/store/database.ts"
import { publishSnapshot } from "../src/store/snapshot.ts"
import { baseUrl, worldApi } from "./world-api.ts"

/** Reads a world into a store, at the world's own time, judges it and publishes it. */
export const readWorld = (file: string, options: WorldOptions) =>
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(null, checks)
    const world = generateWorld(options)
    yield* Effect.gen(function* () {
      const personalData = { _tag: "Keep" } as const
      const run = yield* sync({ configuration, personalData, customers: world.roster, baseUrl }).pipe(
        Effect.provide(worldApi(world, configuration.contract)),
      )
      yield* reconcile(run, configuration)
      yield* publishSnapshot(yield* Database)
    }).pipe(
      Effect.withClock(clockFrom(world.now + 60_000)),
      Effect.provide(Database.layer({ file, access: "write", memoryLimit: "512MB" })),
    )
    return configuration
  }).pipe(Logger.withMinimumLogLevel(LogLevel.None), Effect.provide(NodeContext.layer))

interface Given {
  readonly sample: number
  readonly as?: ReadonlyArray<JudgedAs>
}

/** Tries what the checks notice of alterations of what a store read last. */
export const drilledStore = (file: string, given: Given) =>
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(null, checks)
    return yield* drill({ ...given, file, configuration, seed: 1 })
  }).pipe(Effect.scoped, Logger.withMinimumLogLevel(LogLevel.None), Effect.provide(NodeContext.layer))

/** Reads a world, and tries what the checks notice of alterations of it. */
export const drilledWorld = (options: WorldOptions, given: Given) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.join(yield* fs.makeTempDirectoryScoped(), "tidemark.duckdb")
    yield* readWorld(file, options)
    return yield* drilledStore(file, given)
  }).pipe(Effect.scoped, Logger.withMinimumLogLevel(LogLevel.None), Effect.provide(NodeContext.layer))

/** A try in a line that a person can find again. */
export const tryLine = ({ balances, chosen, judgedAs, outcome }: Drilled["tried"][number]): string =>
  [judgedAs, balances, chosen.alteration, chosen.listed_as, chosen.record_id, outcome].join(" | ")

/** Of the alterations that a check could see: those that none told. */
export const blindSpots = ({ tried }: Drilled): ReadonlyArray<string> =>
  tried.filter((one) => one.outcome === "missed" && unseenIn(one) === null).map(tryLine)
