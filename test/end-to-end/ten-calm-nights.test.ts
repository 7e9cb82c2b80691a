import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Layer, Logger, LogLevel } from "effect"
import { baseUrl, worldApi } from "../../bench/world-api.ts"
import { readConfiguration } from "../../src/pipelines/configuration/settings.ts"
import { checks } from "../../src/pipelines/reconcile/checks.ts"
import { reconcile } from "../../src/pipelines/reconcile/reconcile.ts"
import { sync } from "../../src/pipelines/sync/sync.ts"
import { clockFrom } from "../../src/sandbox/clock-from.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"

const day = 86_400_000
const firstNight = Date.parse("2026-06-28T02:30:00Z")
const start = firstNight - 5 * day
/** `npm run test:long` goes on for ten; a night costs seconds. */
const nights = process.env.TIDEMARK_TESTS === "long" ? 10 : 4

it.live(
  `${nights} nights in a row over a calm world tell nothing, although each brings something new`,
  () =>
    Effect.gen(function* () {
      const database = yield* Database
      const configuration = yield* readConfiguration(null, checks)
      const seen: Array<number> = []
      for (let nth = 0; nth < nights; nth++) {
        const earlierNights = Array.from({ length: nth }, (_, before) => firstNight + before * day)
        const world = generateWorld({ seed: 31, start, now: firstNight + nth * day, earlierNights, customers: 3 })
        const run = yield* Effect.gen(function* () {
          const personalData = { _tag: "Keep" } as const
          const run = yield* sync({ configuration, personalData, customers: world.roster, baseUrl }).pipe(
            Effect.provide(worldApi(world, configuration.contract)),
          )
          yield* reconcile(run, configuration)
          return run
        }).pipe(Effect.withClock(clockFrom(world.now + 60_000)), Logger.withMinimumLogLevel(LogLevel.None))
        const told = yield* database.rows(
          "SELECT code, outcome, record_id, detail, obstacle FROM recon.finding WHERE outcome IN ('exception', 'unproven') ORDER BY ALL",
        )
        expect(told, `night ${nth + 1}`).toEqual([])
        const [fresh] = yield* database.rows<{ records: number; moved: number }>(
          `SELECT (SELECT count(*) FROM recon.known_record WHERE first_seen_run = $1)::INTEGER AS records,
             (SELECT count(*) FROM recon.rollforward WHERE run_id = $1 AND status = 'agrees' AND opening_run IS NOT NULL)::INTEGER AS moved`,
          [run.runId],
        )
        expect(fresh?.records, `night ${nth + 1}`).toBeGreaterThan(0)
        seen.push(fresh?.moved ?? 0)
      }
      // From the second night on, balances open at the closing of the night before, and tie.
      expect(seen[0]).toBe(0)
      expect(seen.slice(1).every((lines) => lines > 10)).toBe(true)
    }).pipe(
      Effect.provide(
        Layer.mergeAll(Database.layer({ file: ":memory:", access: "write", memoryLimit: "512MB" }), NodeContext.layer),
      ),
    ),
  600_000,
)
