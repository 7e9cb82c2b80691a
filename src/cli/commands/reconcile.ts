import { Effect } from "effect"
import { reconcile } from "../../pipelines/reconcile/reconcile.ts"
import { ProgressListener } from "../../pipelines/run/progress.ts"
import { findRun } from "../../pipelines/run/run.ts"
import { exitCodeOf, summarize } from "../../pipelines/run/run-summary.ts"
import { refuseSigned } from "../../pipelines/sign-off/refuse-signed.ts"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { command } from "../command.ts"
import { goesOn } from "../ending.ts"
import { withLogging } from "../logging.ts"
import { existingStore } from "../open-store.ts"
import { config, db, failOn, json, logs, quiet } from "../options.ts"
import { tell, writeJson } from "../output.ts"
import { withProgress } from "../progress-line.ts"
import { endWith, verdictText } from "../verdict.ts"
import { configurationOf } from "../workplace.ts"

export const reconcileCommand = command({
  name: "reconcile",
  about: "Judge what the newest run has read: match, roll forward, run every check. Asks the API nothing.",
  rows: { config, db, failOn, json, quiet, ...logs },
  ifInterrupted: goesOn,
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const summary = yield* Effect.gen(function* () {
        const database = yield* Database
        const progress = yield* ProgressListener
        const run = yield* findRun(database)
        yield* progress.began(run.runId)
        yield* refuseSigned(database, run.runId)
        yield* progress.step("reconciling")
        yield* reconcile(run, configuration)
        yield* publishSnapshot(database)
        return yield* summarize(database, run.runId)
      }).pipe(Effect.provide(existingStore(options.db, { configuration, command: "reconcile" })), (effect) =>
        withProgress(effect, options.quiet),
      )
      if (options.json) yield* writeJson({ ...summary, exitCode: exitCodeOf(summary, configuration.failOn) })
      if (!options.quiet) yield* tell(verdictText(summary))
      yield* endWith(summary, configuration.failOn)
    }).pipe(withLogging(options)),
})
