import { Command } from "@effect/cli"
import { Effect } from "effect"
import { report } from "../../pipelines/report/report.ts"
import { findRun } from "../../pipelines/run/run.ts"
import { exitCodeOf, summarize } from "../../pipelines/run/run-summary.ts"
import { refuseSigned } from "../../pipelines/sign-off/refuse-signed.ts"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { Finished, UsageError } from "../exit-code.ts"
import { withLogging } from "../logging.ts"
import { config, db, failOn, json, logs, out, quiet } from "../options.ts"
import { configurationOf, existingDatabase, prepareOut } from "../workplace.ts"
import { tellNight } from "./nightly.ts"

export const reportCommand = Command.make("report", { config, db, out, failOn, json, quiet, ...logs }, (options) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    yield* prepareOut(options.out)
    const night = yield* Effect.gen(function* () {
      const database = yield* Database
      const run = yield* findRun(database)
      yield* refuseSigned(database, run.runId)
      const [state] = yield* database.rows<{ state: string }>("SELECT state FROM recon.runs WHERE run_id = $1", [
        run.runId,
      ])
      if (state?.state === "synced") {
        return yield* new UsageError({
          detail: `run ${run.runId} was read but not reconciled yet; run tidemark reconcile first`,
        })
      }
      const { folder } = yield* report(run, configuration, options.out)
      const snapshot = yield* publishSnapshot(database)
      return { folder, snapshot, summary: yield* summarize(database, run.runId) }
    }).pipe(Effect.provide(existingDatabase(options.db, configuration, "report")))
    yield* tellNight(night, options)
    const code = exitCodeOf(night.summary, configuration.failOn)
    if (code !== 0) return yield* new Finished({ code })
  }).pipe(withLogging(options)),
).pipe(
  Command.withDescription("Write the reports of the newest run that was reconciled, again if they are there already."),
)
