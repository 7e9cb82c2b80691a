import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { streams } from "../../src/api/streams.ts"
import { reportOnly } from "../../src/pipelines/report/report.ts"
import type { Run } from "../../src/pipelines/run/run.ts"
import { breakCodes } from "../../src/sandbox/breaks/break-code.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import { configurationWith } from "../support/configuration.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

/** The reports that hold what is new since the last night; of another period they hold the same on both nights. */
const sinceLastNight = ["transactions", "conversions", "fees"]

const wholeReports = (run: Run, out: string) =>
  Effect.forEach(sinceLastNight, (name) =>
    Effect.map(reportOnly(name, run, configurationWith(), out, "all"), ({ file }) =>
      readFileSync(file, "utf8").replaceAll(run.runId, "RUN"),
    ),
  )

/** The reports of a run by their name without the run's id; the ids of the run and its requests, its own instants, and what it opened, masked. */
const reportsIn = (folder: string, runId: string, startedAt: string): Map<string, string> =>
  new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith(".csv"))
      .map((file) => [
        file.replace(runId, "RUN"),
        readFileSync(join(folder, file), "utf8")
          .replaceAll(runId, "RUN")
          .replace(/^since the last night,[^\n]*\n/gm, "")
          .replace(/was read at \S+Z/g, "was read at READ")
          .replaceAll(startedAt.replace(".000Z", "Z"), "BEGAN")
          .replaceAll(startedAt.replace(/\.\d+Z$/, "Z"), "BEGAN")
          .replaceAll(startedAt, "BEGAN")
          .replace(/\(request [0-9a-f-]{36}\)/g, "(request ASKED)"),
      ]),
  )

/** All typed rows but for the run that last saw them. */
const typedRows = Effect.gen(function* () {
  const database = yield* Database
  return yield* Effect.forEach(streams, ({ stream }) =>
    Effect.map(
      database.rows<{ rows: bigint; hash: string }>(
        `SELECT count(*) AS rows, md5(string_agg(r::VARCHAR, '|' ORDER BY r::VARCHAR)) AS hash
         FROM (SELECT COLUMNS(c -> c <> 'last_seen_run') FROM main.${stream}) AS r`,
      ),
      (found) => [stream, found[0]?.rows, found[0]?.hash],
    ),
  )
})

describe("the same night run twice over an unchanged API", () => {
  it.live("changes no typed row, adds no version, and gives the same bytes in every CSV", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const out = join(folder, "out")
      // A record that comes with two contents in one night changes in every night, and each time is kept.
      const steady = breakCodes.filter((code) => code !== "REC_CONTRADICTED")
      const world = generateWorld({ seed: 21, now, customers: 4, breaks: steady })
      yield* Effect.gen(function* () {
        const database = yield* Database
        const versions = database.rows("SELECT count(*) AS versions, max(version) AS newest FROM main.record_versions")
        const first = yield* worldNight({ world, out })
        const whole = yield* wholeReports(first.run, folder)
        const rowsBefore = yield* typedRows
        const versionsBefore = yield* versions
        const second = yield* worldNight({ world, out, secondsAfter: 300 })
        expect(yield* typedRows).toEqual(rowsBefore)
        expect(yield* versions).toEqual(versionsBefore)
        // What is new since the last night is nothing, and the whole is the same.
        expect(yield* wholeReports(second.run, folder)).toEqual(whole)
        const before = reportsIn(first.folder, first.run.runId, first.run.startedAt)
        // The second night carries the first sight of an exception on: that is the first run's time of production.
        const after = reportsIn(second.folder, second.run.runId, second.run.startedAt)
        expect([...after.keys()]).toEqual([...before.keys()])
        for (const [name, text] of before) {
          const firstSight = first.run.startedAt.replace(/\.000Z$/, "Z")
          const again = (after.get(name) ?? "").replaceAll(firstSight, "BEGAN").replaceAll(first.run.startedAt, "BEGAN")
          const isOfLastNight = [...sinceLastNight, "exceptions_changes"].some((report) =>
            name.startsWith(`recon_${report}_2`),
          )
          expect(again, name).toBe(isOfLastNight ? `${text.split("\r\n")[0]}\r\n` : text)
        }
      }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
    }).pipe(Effect.scoped),
  )
})
