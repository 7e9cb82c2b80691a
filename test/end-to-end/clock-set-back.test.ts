import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import { findingLine } from "../../src/pipelines/verify/finding.ts"
import { verify } from "../../src/pipelines/verify/verify.ts"
import { nightOptions } from "../../src/sandbox/nights.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const now = Date.parse("2026-06-28T02:30:00Z")
const days = 86_400

describe("three nights whose clock is set back between them", () => {
  it.scopedLive(
    "find what they should, in their order, with the API's times, and say by how much the clock was off",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const out = join(folder, "out")
        // The first night's clock is right; then it is set back by forty days, and then it is twenty minutes behind.
        const behind = [0, 40 * days, 20 * 60]
        yield* Effect.gen(function* () {
          const database = yield* Database
          const runIds: Array<string> = []
          for (const [nth, seconds] of behind.entries()) {
            const world = generateWorld({ seed: 31, customers: 2, breaks: "all", ...nightOptions(nth + 1, now) })
            const { run, summary } = yield* worldNight({
              world,
              out,
              secondsAfter: 60 - seconds,
              apiAheadSeconds: seconds,
            })
            const rows = yield* database.rows<{ line: string }>(
              `SELECT concat_ws(' ', code, record_id, coalesce(leg, ''), severity) AS line FROM recon.exceptions
               WHERE state IN ('open', 'reopened')`,
            )
            const key = world.answerKey.map((entry) =>
              [entry.code, entry.recordId, entry.leg ?? "", entry.severity].join(" "),
            )
            expect(rows.map(({ line }) => line).sort()).toEqual(key.sort())
            expect(Math.abs(Date.parse(run.startedAt) - world.now - 60_000)).toBeLessThan(120_000)
            const told = summary.notes.filter((note) => note.includes("clock"))
            expect(told).toEqual(
              seconds === 0
                ? []
                : [
                    `this machine's clock is ${seconds / 60} minutes behind the API's; the times of the run are the API's`,
                  ],
            )
            runIds.push(run.runId)
          }
          expect(runIds).toEqual([...runIds].sort())
          const [latest] = yield* database.rows<{ run_id: string }>("SELECT max(run_id) AS run_id FROM recon.runs")
          expect(latest?.run_id).toBe(runIds[2])
          expect((yield* verify(resolveContract(), out, null)).findings.map(findingLine)).toEqual([])
        }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
      }),
    300_000,
  )
})
