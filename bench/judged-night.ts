import { NodeContext } from "@effect/platform-node"
import { Clock, Effect, Layer, Logger, LogLevel } from "effect"
import { readConfiguration } from "../src/pipelines/configuration.ts"
import { checks } from "../src/pipelines/reconcile/checks.ts"
import { reconcile } from "../src/pipelines/reconcile/reconcile.ts"
import { sync } from "../src/pipelines/sync/sync.ts"
import { breakCodes } from "../src/sandbox/breaks/break-code.ts"
import { generateWorld, type World } from "../src/sandbox/world.ts"
import { Database } from "../src/store/database.ts"
import { baseUrl, worldApi } from "./world-api.ts"

/** What was planted in a world and what a night over it found, each as `code record leg severity`. */
export interface JudgedNight {
  readonly seed: number
  /** From 1. */
  readonly night: number
  readonly planted: ReadonlyArray<string>
  readonly found: ReadonlyArray<string>
  /** Near misses on which a check was silent, or not. */
  readonly nearMisses: ReadonlyArray<string>
}

const day = 86_400_000
const firstNight = Date.parse("2026-06-28T02:30:00Z")
const days = 40

const line = (code: string, recordId: string, leg: string | null | undefined, severity: string): string =>
  [code, recordId, leg ?? "-", severity].join(" ")

/** A clock that begins at an instant of our choice and then goes on as clocks do. */
const clockFrom = (millis: number): Clock.Clock => {
  const real = Clock.make()
  const offset = millis - real.unsafeCurrentTimeMillis()
  const nanos = BigInt(Math.round(offset)) * 1_000_000n
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + offset,
    unsafeCurrentTimeNanos: () => real.unsafeCurrentTimeNanos() + nanos,
    currentTimeMillis: Effect.map(real.currentTimeMillis, (now) => now + offset),
    currentTimeNanos: Effect.map(real.currentTimeNanos, (now) => now + nanos),
    sleep: (duration) => real.sleep(duration),
  }
}

/** Reads and reconciles a world at its own time; returns what this run found. */
const nightOver = (world: World) =>
  Effect.gen(function* () {
    const database = yield* Database
    const configuration = yield* readConfiguration(null, checks)
    const run = yield* sync({
      configuration,
      personalData: { _tag: "Keep" },
      customers: world.roster,
      baseUrl,
    }).pipe(Effect.provide(worldApi(world, configuration.contract)))
    yield* reconcile(run, configuration)
    const rows = yield* database.rows<{ code: string; record_id: string; leg: string | null; severity: string }>(
      "SELECT code, record_id, leg, severity FROM recon.exceptions WHERE last_seen_run = $1",
      [run.runId],
    )
    return rows.map((row) => line(row.code, row.record_id, row.leg, row.severity)).sort()
  }).pipe(Effect.withClock(clockFrom(world.now + 60_000)), Logger.withMinimumLogLevel(LogLevel.None))

/** Two nights in a row over one seed's world, with every fault and near miss planted that the sandbox knows. */
export const judgedNights = (seed: number) =>
  Effect.forEach([firstNight, firstNight + day], (now, nth) =>
    Effect.gen(function* () {
      const world = generateWorld({
        seed,
        now,
        start: firstNight - days * day,
        earlierNights: nth === 0 ? [] : [firstNight],
        customers: 5 + (seed % 4),
        breaks: breakCodes,
      })
      const found = yield* nightOver(world)
      const planted = world.answerKey.map((entry) => line(entry.code, entry.recordId, entry.leg, entry.severity))
      const nearMisses = world.nearMisses.map(({ code, recordId }) => `${code} ${recordId}`)
      return { seed, night: nth + 1, planted: planted.sort(), found, nearMisses } satisfies JudgedNight
    }),
  ).pipe(
    Effect.provide(
      Layer.mergeAll(Database.layer({ file: ":memory:", access: "write", memoryLimit: "512MB" }), NodeContext.layer),
    ),
  )
