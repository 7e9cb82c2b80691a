import { Effect } from "effect"
import { credentials } from "../../api/credentials.ts"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import { nightly } from "../../pipelines/nightly.ts"
import { exitCodeOf, type RunSummary } from "../../pipelines/run/run-summary.ts"
import { command } from "../command.ts"
import { goesOn } from "../ending.ts"
import { withLogging } from "../logging.ts"
import { workingStore } from "../open-store.ts"
import { config, customers, db, failOn, fresh, json, logs, out, quiet } from "../options.ts"
import { tell, writeJson } from "../output.ts"
import { withProgress } from "../progress-line.ts"
import { personalDataOf } from "../salt.ts"
import { endWith, verdictText } from "../verdict.ts"
import { configurationOf, customersToRead, partnerApi, prepareOut } from "../workplace.ts"

/** What a night leaves behind, told to a person on stderr or as JSON on stdout, and its exit code. */
export const endNight = (
  night: { readonly summary: RunSummary; readonly folder: string; readonly snapshot: string },
  failOn: Configuration["failOn"],
  options: { readonly json: boolean; readonly quiet: boolean },
) =>
  Effect.gen(function* () {
    const { folder, snapshot, summary } = night
    if (options.json) yield* writeJson({ ...summary, reports: folder, snapshot, exitCode: exitCodeOf(summary, failOn) })
    if (!options.quiet) yield* tell(`${verdictText(summary)}\nreports     ${folder}\nsnapshot    ${snapshot}`)
    yield* endWith(summary, failOn)
  })

export const nightlyCommand = command({
  name: "nightly",
  about: "Read everything, reconcile it and write the reports: sync, reconcile and report in one.",
  rows: { config, db, out, customers, fresh, failOn, json, quiet, ...logs },
  ifInterrupted: goesOn,
  run: (options) =>
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
        Effect.provide(workingStore(options.db, { configuration, command: "nightly" })),
        (effect) => withProgress(effect, options.quiet),
      )
      yield* endNight(night, configuration.failOn, options)
    }).pipe(withLogging(options)),
})
