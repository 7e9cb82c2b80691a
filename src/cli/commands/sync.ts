import { Effect } from "effect"
import { credentials } from "../../api/credentials.ts"
import { summarize } from "../../pipelines/run/run-summary.ts"
import { sync } from "../../pipelines/sync/sync.ts"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { command } from "../command.ts"
import { Finished, goesOn } from "../ending.ts"
import { withLogging } from "../logging.ts"
import { workingStore } from "../open-store.ts"
import { config, customers, db, fresh, json, logs, quiet } from "../options.ts"
import { tell, writeJson } from "../output.ts"
import { withProgress } from "../progress-line.ts"
import { plural } from "../quantities.ts"
import { personalDataOf } from "../salt.ts"
import { coverageLine } from "../verdict.ts"
import { configurationOf, customersToRead, partnerApi } from "../workplace.ts"

export const syncCommand = command({
  name: "sync",
  about: "Read every list of every customer and store what came, without judging it.",
  rows: { config, db, customers, fresh, json, quiet, ...logs },
  ifInterrupted: goesOn,
  run: (options) =>
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
        Effect.provide(workingStore(options.db, { configuration, command: "sync" })),
        (effect) => withProgress(effect, options.quiet),
      )
      const complete = summary.verdict !== "PARTIAL"
      const sentence = `${complete ? "COMPLETE" : "PARTIAL"}: run ${summary.runId}, ${plural(summary.records, "record")}, ${coverageLine(summary)}`
      if (options.json) yield* writeJson({ ...summary, exitCode: complete ? 0 : 4 })
      if (!options.quiet) yield* tell(sentence)
      if (!complete) return yield* new Finished({ exitCode: 4, why: sentence })
    }).pipe(withLogging(options)),
})
