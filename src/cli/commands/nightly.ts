import { Command } from "@effect/cli"
import { Effect } from "effect"
import { credentials } from "../../api/credentials.ts"
import { nightly } from "../../pipelines/nightly.ts"
import { exitCodeOf, type RunSummary } from "../../pipelines/run/run-summary.ts"
import { Finished } from "../exit-code.ts"
import { withLogging } from "../logging.ts"
import { config, customers, db, failOn, fresh, json, logs, out, quiet } from "../options.ts"
import { personalDataOf } from "../salt.ts"
import { type OutputError, tell, withProgress, writeOut } from "../terminal.ts"
import { verdictText } from "../verdict.ts"
import { configurationOf, customersToRead, partnerApi, prepareOut, workingDatabase } from "../workplace.ts"

/** What a night leaves behind, told to a person on stderr or as JSON on stdout. */
export const tellNight = (
  night: { readonly summary: RunSummary; readonly folder: string; readonly snapshot: string },
  options: { readonly json: boolean; readonly quiet: boolean },
): Effect.Effect<void, OutputError> =>
  Effect.gen(function* () {
    const { folder, snapshot, summary } = night
    if (options.json) yield* writeOut(`${JSON.stringify({ ...summary, reports: folder, snapshot }, null, 2)}\n`)
    if (!options.quiet) yield* tell(`${verdictText(summary)}\nreports     ${folder}\nsnapshot    ${snapshot}`)
  })

export const nightlyCommand = Command.make(
  "nightly",
  { config, db, out, customers, fresh, failOn, json, quiet, ...logs },
  (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const given = yield* credentials
      yield* prepareOut(options.out)
      const night = yield* Effect.gen(function* () {
        const roster = yield* customersToRead(options.customers)
        const personalData = yield* personalDataOf(configuration, options.db)
        const { baseUrl } = given
        const { fresh } = options
        return yield* nightly({ configuration, personalData, customers: roster, baseUrl, fresh }, options.out)
      }).pipe(
        Effect.provide(partnerApi(configuration, given)),
        Effect.provide(workingDatabase(options.db, configuration, "nightly")),
        (effect) => withProgress(effect, options.quiet),
      )
      yield* tellNight(night, options)
      const code = exitCodeOf(night.summary, configuration.failOn)
      if (code !== 0) return yield* new Finished({ code })
    }).pipe(withLogging(options)),
).pipe(
  Command.withDescription("Read everything, reconcile it and write the reports: sync, reconcile and report in one."),
)
