import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { makeFolder } from "../../pipelines/make-folder.ts"
import { nightFile, nightFolder, PAGE_FILE } from "../../pipelines/report/nights.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import type { World } from "../../sandbox/world.ts"
import { Database } from "../../store/database.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { demoNights, playNights } from "../demo/play-nights.ts"
import { UsageError } from "../ending.ts"
import { workingStore } from "../open-store.ts"
import { defaultTo, path } from "../option-row.ts"
import { config, json, quiet } from "../options.ts"
import { tell } from "../output.ts"
import { Outside } from "../outside.ts"
import { verdictText } from "../verdict.ts"
import { configurationOf } from "../workplace.ts"
import { worldRows } from "./sandbox.ts"

const out = defaultTo(
  path("DIR"),
  "tidemark-demo",
  "Where the demo keeps its database and reports; what an earlier demo left there is removed.",
)

/** How the exceptions found compare with the breaks that were planted: what was missed, and what is none. */
const compareWithKey = (world: World) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows<{ code: string; record_id: string; leg: string | null }>(
      "SELECT code, record_id, leg FROM recon.exceptions WHERE state <> 'resolved'",
    )
    const found = new Set(rows.map((row) => [row.code, row.record_id, row.leg ?? ""].join(" ")))
    const planted = new Set(world.answerKey.map((entry) => [entry.code, entry.recordId, entry.leg ?? ""].join(" ")))
    return {
      planted: planted.size,
      missed: [...planted].filter((entry) => !found.has(entry)),
      invented: [...found].filter((entry) => !planted.has(entry)),
    }
  })

/** Marks a folder as the demo's own, so that nobody else's database or reports are ever removed. */
const markName = ".tidemark-demo"

/** Makes the folder, or empties it of what an earlier demo left there. A folder that no demo made is refused. */
const clearDemo = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const held = (yield* fs.exists(folder)) ? yield* fs.readDirectory(folder) : []
    if (held.length > 0 && !held.includes(markName)) {
      return yield* new UsageError({
        detail: `--out ${folder}: this folder holds something that no demo made; name another folder`,
      })
    }
    // The folder itself stays: it may be the one that the command was called in. The mark stays until all else is gone.
    const rest = held.filter((name) => name !== markName)
    yield* Effect.forEach(rest, (name) => fs.remove(path.join(folder, name), { recursive: true, force: true }))
    yield* makeFolder(folder)
    yield* fs.writeFileString(
      path.join(folder, markName),
      "This folder belongs to tidemark demo, which empties it at its next start.\n",
    )
  }).pipe(
    Effect.catchTags({
      SystemError: (error) => Effect.fail(new UsageError({ detail: `--out ${folder}: ${error.message}` })),
      BadArgument: (error) => Effect.fail(new UsageError({ detail: `--out ${folder}: ${error.message}` })),
    }),
  )

export const demoCommand = command({
  name: "demo",
  about: "See three nights without any set-up: a sandbox with planted breaks, read, reconciled and reported.",
  rows: { ...worldRows, out, config, json, quiet },
  ifInterrupted: "the next demo begins anew",
  run: (options) =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const { program } = yield* Outside
      const configuration = yield* configurationOf(options)
      const db = path.join(options.out, "tidemark.duckdb")
      const out = path.join(options.out, "reports")
      yield* clearDemo(options.out)
      if (!options.quiet) {
        yield* tell(
          `A sandbox on this machine plays the Partner API: ${plural(options.population, "customer")}. Now ${demoNights} whole nights:\n`,
        )
      }
      const { comparison, night } = yield* Effect.gen(function* () {
        const { night, world } = yield* playNights({
          world: { seed: options.seed, customers: options.population, breaks: options.breaks },
          configuration,
          db,
          out,
          quiet: options.quiet,
        })
        return { night, comparison: yield* compareWithKey(world) }
      }).pipe(Effect.provide(workingStore(db, { configuration, command: "demo" })))
      const { snapshot, summary } = night
      const place = yield* nightFolder(out, night.run)
      const places = {
        page: path.join(place.folder, PAGE_FILE),
        workbook: path.join(place.folder, nightFile(place, ".xlsx")),
        reports: place.folder,
        snapshot,
      }
      const { invented, missed, planted } = comparison
      const wrong = [...missed.map((one) => `missed: ${one}`), ...invented.map((one) => `not planted: ${one}`)]
      yield* conclude(options, {
        json: { ...summary, ...places },
        told: [
          verdictText(summary, places),
          `\n${planted - missed.length} of ${plural(planted, "planted break")} found, and ${invented.length === 0 ? "nothing" : invented.length} that was not planted.`,
          `Ask the data yourself:  ${program} sql --db ${db} "SELECT code, count(*) FROM recon.exceptions GROUP BY code"`,
          ...wrong,
        ],
        exitCode: wrong.length === 0 ? 0 : 1,
      })
    }).pipe(Effect.scoped),
})
