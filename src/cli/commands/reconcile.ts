import { Command } from "@effect/cli"
import { Effect } from "effect"
import { reconcile } from "../../pipelines/reconcile/reconcile.ts"
import { findRun } from "../../pipelines/run/run.ts"
import { exitCodeOf, summarize } from "../../pipelines/run/run-summary.ts"
import { refuseSigned } from "../../pipelines/sign-off/refuse-signed.ts"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { Finished } from "../exit-code.ts"
import { withLogging } from "../logging.ts"
import { config, db, failOn, json, logs, quiet } from "../options.ts"
import { tell, writeOut } from "../terminal.ts"
import { verdictText } from "../verdict.ts"
import { configurationOf, existingDatabase } from "../workplace.ts"

export const reconcileCommand = Command.make("reconcile", { config, db, failOn, json, quiet, ...logs }, (options) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const summary = yield* Effect.gen(function* () {
      const database = yield* Database
      const run = yield* findRun(database)
      yield* refuseSigned(database, run.runId)
      yield* reconcile(run, configuration)
      yield* publishSnapshot(database)
      return yield* summarize(database, run.runId)
    }).pipe(Effect.provide(existingDatabase(options.db, configuration, "reconcile")))
    if (options.json) yield* writeOut(`${JSON.stringify(summary, null, 2)}\n`)
    if (!options.quiet) yield* tell(verdictText(summary))
    const code = exitCodeOf(summary, configuration.failOn)
    if (code !== 0) return yield* new Finished({ code })
  }).pipe(withLogging(options)),
).pipe(
  Command.withDescription(
    "Judge what the newest run has read: match, roll forward, run every check. Asks the API nothing.",
  ),
)
