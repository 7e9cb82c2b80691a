import { Effect } from "effect"
import { report } from "../../pipelines/report/report.ts"
import { ProgressListener } from "../../pipelines/run/progress.ts"
import { findRun } from "../../pipelines/run/run.ts"
import { summarize } from "../../pipelines/run/run-summary.ts"
import { refuseSigned } from "../../pipelines/sign-off/refuse-signed.ts"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { command } from "../command.ts"
import { goesOn, UsageError } from "../ending.ts"
import { withLogging } from "../logging.ts"
import { existingStore } from "../open-store.ts"
import { config, db, failOn, json, logs, out, quiet } from "../options.ts"
import { withProgress } from "../progress-line.ts"
import { configurationOf, prepareOut } from "../workplace.ts"
import { endNight } from "./nightly.ts"

export const reportCommand = command({
  name: "report",
  about: "Write the reports of the newest run that was reconciled, again if they are there already.",
  rows: { config, db, out, failOn, json, quiet, ...logs },
  ifInterrupted: goesOn,
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      yield* prepareOut(options.out)
      const night = yield* Effect.gen(function* () {
        const database = yield* Database
        const progress = yield* ProgressListener
        const run = yield* findRun(database)
        yield* progress.began(run.runId)
        yield* refuseSigned(database, run.runId)
        const [state] = yield* database.rows<{ state: string }>("SELECT state FROM recon.runs WHERE run_id = $1", [
          run.runId,
        ])
        if (state?.state === "synced") {
          return yield* new UsageError({
            detail: `run ${run.runId} was read but not reconciled yet; run tidemark reconcile first`,
          })
        }
        yield* progress.step("reporting")
        const { folder } = yield* report(run, configuration, options.out)
        const snapshot = yield* publishSnapshot(database)
        return { folder, snapshot, summary: yield* summarize(database, run.runId) }
      }).pipe(Effect.provide(existingStore(options.db, { configuration, command: "report" })), (effect) =>
        withProgress(effect, options.quiet),
      )
      yield* endNight(night, configuration.failOn, options)
    }).pipe(withLogging(options)),
})
