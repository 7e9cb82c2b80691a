import { Command } from "@effect/cli"
import { Effect } from "effect"
import { credentials } from "../../api/credentials.ts"
import { summarize } from "../../pipelines/run/run-summary.ts"
import { sync } from "../../pipelines/sync/sync.ts"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { Finished } from "../exit-code.ts"
import { withLogging } from "../logging.ts"
import { config, customers, db, fresh, json, logs, quiet } from "../options.ts"
import { personalDataOf } from "../salt.ts"
import { plural, tell, withProgress, writeOut } from "../terminal.ts"
import { coverageLine } from "../verdict.ts"
import { configurationOf, customersToRead, partnerApi, workingDatabase } from "../workplace.ts"

export const syncCommand = Command.make("sync", { config, db, customers, fresh, json, quiet, ...logs }, (options) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const given = yield* credentials
    const summary = yield* Effect.gen(function* () {
      const database = yield* Database
      const roster = yield* customersToRead(options.customers)
      const personalData = yield* personalDataOf(configuration, options.db)
      const { baseUrl } = given
      const run = yield* sync({ configuration, personalData, customers: roster, baseUrl, fresh: options.fresh })
      yield* publishSnapshot(database)
      return yield* summarize(database, run.runId)
    }).pipe(
      Effect.provide(partnerApi(configuration, given)),
      Effect.provide(workingDatabase(options.db, configuration, "sync")),
      (effect) => withProgress(effect, options.quiet),
    )
    const complete = summary.verdict !== "PARTIAL"
    if (options.json) yield* writeOut(`${JSON.stringify(summary, null, 2)}\n`)
    if (!options.quiet) {
      yield* tell(
        `${complete ? "COMPLETE" : "PARTIAL"}: run ${summary.runId}, ${plural(summary.records, "record")}, ${coverageLine(summary)}`,
      )
    }
    if (!complete) return yield* new Finished({ code: 4 })
  }).pipe(withLogging(options)),
).pipe(Command.withDescription("Read every list of every customer and store what came, without judging it."))
