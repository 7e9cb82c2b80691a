import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { nightOptions } from "../../src/sandbox/nights.ts"
import { generateWorld, type World } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

const worldsOf = (options: { readonly seed: number; readonly customers: number; readonly breaks: "all" | "none" }) =>
  [1, 2, 3].map((nth) => generateWorld({ ...options, ...nightOptions(nth, now) }))

const keyOf = (world: World): ReadonlyArray<string> =>
  world.answerKey.map((entry) => [entry.code, entry.recordId, entry.leg ?? "", entry.severity].join(" ")).sort()

/** A break without its severity, which may change with its age. */
const breaksOf = (world: World): ReadonlySet<string> =>
  new Set(world.answerKey.map((entry) => [entry.code, entry.recordId, entry.leg ?? ""].join(" ")))

const without = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
  [...one].filter((name) => !other.has(name)).sort()

const ofHistory = ["BAL_ROLLFORWARD", "COV_LATE_ARRIVAL", "COV_VANISHED", "REC_MUTATED", "REC_STATUS_REGRESSION"]

const openNow = Effect.gen(function* () {
  const database = yield* Database
  const rows = yield* database.rows<{ line: string }>(
    `SELECT concat_ws(' ', code, record_id, coalesce(leg, ''), severity) AS line FROM recon.exceptions
     WHERE state IN ('open', 'reopened')`,
  )
  return rows.map(({ line }) => line).sort()
})

const eventsOf = (runId: string, events: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows<{ line: string; event: string }>(
      `SELECT concat_ws(' ', e.code, e.record_id, coalesce(e.leg, '')) AS line, v.event
       FROM recon.exception_events AS v JOIN recon.exceptions AS e ON e.exception_id = v.exception_id WHERE v.run_id = $1`,
      [runId],
    )
    return rows
      .filter(({ event }) => events.includes(event))
      .map(({ line }) => line)
      .sort()
  })

describe("three nights of one world with every known break", () => {
  it.live(
    "find exactly each night's answer key, and open and resolve exceptions as the key moves on",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const worlds = worldsOf({ seed: 31, customers: 4, breaks: "all" })
        yield* Effect.gen(function* () {
          let before: ReadonlySet<string> = new Set()
          for (const [nth, world] of worlds.entries()) {
            const { run, summary } = yield* worldNight({ world, out: join(folder, "out") })
            expect(yield* openNow).toEqual(keyOf(world))
            const planted = breaksOf(world)
            expect(yield* eventsOf(run.runId, ["opened", "reopened"])).toEqual(without(planted, before))
            expect(yield* eventsOf(run.runId, ["resolved"])).toEqual(without(before, planted))
            const codes = world.answerKey.map(({ code }) => code)
            expect(ofHistory.filter((code) => codes.includes(code))).toEqual(nth === 0 ? [] : ofHistory)
            const wrong = new Set(world.answerKey.map(({ code, recordId }) => `${code} ${recordId}`))
            expect(world.nearMisses.filter(({ code, recordId }) => wrong.has(`${code} ${recordId}`))).toEqual([])
            expect(summary.verdict).toBe("EXCEPTIONS")
            before = planted
            if (nth === 0) continue
            // Both balances hold what the first of them had not been told of: the suspect is at hand.
            const database = yield* Database
            const rolled = yield* database.rows<{ detail: string }>(
              "SELECT detail FROM recon.exceptions WHERE code = 'BAL_ROLLFORWARD' AND last_seen_run = $1",
              [run.runId],
            )
            expect(rolled.map(({ detail }) => /is listed only now/.test(detail))).toEqual([true])
          }
        }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
      }).pipe(Effect.scoped),
    300_000,
  )
})

describe("three nights of a healthy world", () => {
  it.live(
    "stay clean, although a customer joins on the second",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const worlds = worldsOf({ seed: 32, customers: 4, breaks: "none" })
        yield* Effect.gen(function* () {
          for (const [nth, world] of worlds.entries()) {
            const seen = nth === 0 ? { ...world, customers: world.customers.slice(1) } : world
            const { summary } = yield* worldNight({ world: seen, out: join(folder, "out") })
            expect(summary.verdict).toBe("CLEAN")
            expect(summary.unproven).toBe(0)
          }
        }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
      }).pipe(Effect.scoped),
    300_000,
  )
})
