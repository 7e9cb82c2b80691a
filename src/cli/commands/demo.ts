import { FileSystem, Path } from "@effect/platform"
import { Clock, Effect, Redacted } from "effect"
import { Entropy } from "../../api/entropy.ts"
import type { RosterEntry } from "../../pipelines/configuration/roster.ts"
import { nightly } from "../../pipelines/nightly.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { worldSource } from "../../sandbox/server/world-source.ts"
import { serveSandbox } from "../../sandbox/server.ts"
import { generateWorld, type World } from "../../sandbox/world.ts"
import { Database } from "../../store/database.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { UsageError } from "../ending.ts"
import { workingStore } from "../open-store.ts"
import { defaultTo, path } from "../option-row.ts"
import { config, json, quiet } from "../options.ts"
import { tell } from "../output.ts"
import { Outside } from "../outside.ts"
import { withProgress } from "../progress-line.ts"
import { personalDataOf } from "../salt.ts"
import { verdictText } from "../verdict.ts"
import { configurationOf, partnerApi } from "../workplace.ts"
import { worldRows } from "./sandbox.ts"

const out = defaultTo(
  path("DIR"),
  "tidemark-demo",
  "Where the demo keeps its database and reports; what an earlier demo left there is removed.",
)

const rosterOf = (world: World): ReadonlyArray<RosterEntry> =>
  world.roster.map(({ customerId, partnerCustomerRef, products }) => ({ customerId, partnerCustomerRef, products }))

/** How the exceptions found compare with the breaks that were planted: what was missed, and what is none. */
const compareWithKey = (world: World) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows<{ code: string; record_id: string; leg: string | null }>(
      "SELECT code, record_id, leg FROM recon.exceptions",
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
    const mark = path.join(folder, markName)
    if ((yield* fs.exists(folder)) && !(yield* fs.exists(mark)) && (yield* fs.readDirectory(folder)).length > 0) {
      return yield* new UsageError({
        detail: `--out ${folder}: this folder holds something that no demo made; name another folder`,
      })
    }
    yield* fs.remove(folder, { recursive: true, force: true })
    yield* fs.makeDirectory(folder, { recursive: true })
    yield* fs.writeFileString(mark, "This folder belongs to tidemark demo, which empties it at its next start.\n")
  }).pipe(
    Effect.catchTags({
      SystemError: (error) => Effect.fail(new UsageError({ detail: `--out ${folder}: ${error.message}` })),
      BadArgument: (error) => Effect.fail(new UsageError({ detail: `--out ${folder}: ${error.message}` })),
    }),
  )

export const demoCommand = command({
  name: "demo",
  about: "See a whole night without any set-up: a sandbox with planted breaks, read, reconciled and reported.",
  rows: { ...worldRows, out, config, json, quiet },
  ifInterrupted: "the next demo begins anew",
  run: (options) =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const entropy = yield* Entropy
      const { program } = yield* Outside
      const configuration = yield* configurationOf(options)
      const db = path.join(options.out, "tidemark.duckdb")
      yield* clearDemo(options.out)
      const now = yield* Clock.currentTimeMillis
      const world = generateWorld({ seed: options.seed, now, customers: options.population, breaks: options.breaks })
      const given = { clientId: "demo", clientSecret: Redacted.make(entropy.uuid()) }
      const { baseUrl } = yield* serveSandbox({ source: worldSource(world), port: 0, ...given })
      if (!options.quiet) {
        yield* tell(
          `A sandbox on this machine plays the Partner API: ${plural(world.customers.length, "customer")}, ` +
            `${plural(world.answerKey.length, "planted break")}. Now a whole night:\n`,
        )
      }
      const { comparison, night } = yield* Effect.gen(function* () {
        const personalData = yield* personalDataOf(configuration, db)
        const night = yield* nightly(
          { configuration, personalData, customers: rosterOf(world), baseUrl },
          path.join(options.out, "reports"),
        )
        return { night, comparison: yield* compareWithKey(world) }
      }).pipe(
        Effect.provide(partnerApi(configuration, { ...given, baseUrl })),
        Effect.provide(workingStore(db, { configuration, command: "demo" })),
        (effect) => withProgress(effect, options.quiet),
      )
      const { folder: reports, snapshot, summary } = night
      const { invented, missed, planted } = comparison
      const wrong = [...missed.map((one) => `missed: ${one}`), ...invented.map((one) => `not planted: ${one}`)]
      yield* conclude(options, {
        json: { ...summary, reports, snapshot },
        told: [
          verdictText(summary, { reports, snapshot }),
          `\n${planted - missed.length} of ${plural(planted, "planted break")} found, and ${invented.length === 0 ? "nothing" : invented.length} that was not planted.`,
          `Ask the data yourself:  ${program} sql --db ${db} "SELECT code, count(*) FROM recon.exceptions GROUP BY code"`,
          ...wrong,
        ],
        exitCode: wrong.length === 0 ? 0 : 1,
      })
    }).pipe(Effect.scoped),
})
