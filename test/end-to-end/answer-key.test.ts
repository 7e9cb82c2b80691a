import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { exitCodeOf } from "../../src/pipelines/run/run-summary.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { foundIn, keyOf } from "./found.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const now = Date.parse("2026-06-28T02:30:00Z")
const day = 86_400_000

describe("a night over a world with known breaks", () => {
  for (const [seed, customers] of [
    [1, 12],
    [2, 5],
    [3, 4],
  ] as const) {
    it.live(`finds exactly the answer key of seed ${seed}, and is silent on every near miss`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const world = generateWorld({ seed, now, customers, breaks: "all" })
        yield* Effect.gen(function* () {
          const { summary } = yield* worldNight({ world, out: join(folder, "out") })
          const found = yield* foundIn
          expect(found).toEqual(keyOf(world))
          expect(new Set(world.answerKey.map((entry) => entry.code)).size).toBeGreaterThanOrEqual(12)
          const wrong = new Set(found.map((row) => row.split(" ").slice(0, 2).join(" ")))
          expect(world.nearMisses.length).toBeGreaterThan(10)
          expect(world.nearMisses.filter(({ code, recordId }) => wrong.has(`${code} ${recordId}`))).toEqual([])
          const database = yield* Database
          const penniless = yield* database.rows<{ code: string }>(
            `SELECT DISTINCT code FROM recon.exceptions WHERE currency IS NULL OR coalesce(expected, actual) IS NULL
             ORDER BY code`,
          )
          expect(penniless.map(({ code }) => code).filter((code) => code !== "REC_INVALID")).toEqual([])
          expect(summary.verdict).toBe("EXCEPTIONS")
          expect(exitCodeOf(summary, ["high"])).toBe(3)
        }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
      }).pipe(Effect.scoped),
    )
  }

  it.live(
    "finds the broken roll-forward on the second night, and what was there before keeps its id and first sight",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const start = now - 90 * day
        const first = generateWorld({ seed: 4, now, start, customers: 5, breaks: "all" })
        const second = generateWorld({
          seed: 4,
          now: now + day,
          start,
          earlierNights: [now],
          customers: 5,
          breaks: "all",
        })
        yield* Effect.gen(function* () {
          const database = yield* Database
          yield* worldNight({ world: first, out: join(folder, "out") })
          expect(yield* foundIn).toEqual(keyOf(first))
          const before = yield* database.rows<{ exception_id: string; first_seen: string }>(
            "SELECT exception_id, first_seen FROM recon.exceptions ORDER BY ALL",
          )
          yield* worldNight({ world: second, out: join(folder, "out") })
          expect(yield* foundIn).toEqual(keyOf(second))
          expect(second.answerKey.some((entry) => entry.code === "BAL_ROLLFORWARD")).toBe(true)
          const after = yield* database.rows<{ exception_id: string; first_seen: string }>(
            "SELECT exception_id, first_seen FROM recon.exceptions ORDER BY ALL",
          )
          const firstSeen = new Map(after.map((row) => [row.exception_id, row.first_seen]))
          expect(before.map((row) => firstSeen.get(row.exception_id))).toEqual(before.map((row) => row.first_seen))
        }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
      }).pipe(Effect.scoped),
  )

  it.live("says which list was not read, ends with 4, and calls nothing absent there", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = generateWorld({ seed: 5, now, customers: 3, breaks: ["COV_INCOMPLETE"] })
      yield* Effect.gen(function* () {
        const { summary } = yield* worldNight({ world, out: join(folder, "out") })
        expect(yield* foundIn).toEqual(keyOf(world))
        expect(summary.verdict).toBe("PARTIAL")
        expect(exitCodeOf(summary, ["high"])).toBe(4)
      }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
    }).pipe(Effect.scoped),
  )
})

describe("a night over a healthy world", () => {
  it.live("finds nothing, and ends with 0", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = generateWorld({ seed: 6, now, customers: 6 })
      yield* Effect.gen(function* () {
        const { summary } = yield* worldNight({ world, out: join(folder, "out") })
        expect(yield* foundIn).toEqual([])
        expect(summary.verdict).toBe("CLEAN")
        expect(summary.unproven).toBe(0)
        expect(exitCodeOf(summary, ["info"])).toBe(0)
      }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
    }).pipe(Effect.scoped),
  )
})
