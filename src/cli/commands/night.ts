import { Effect, Either } from "effect"
import { credentials } from "../../api/credentials.ts"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import { nightly } from "../../pipelines/nightly.ts"
import { reconcile } from "../../pipelines/reconcile/reconcile.ts"
import { readPeriod } from "../../pipelines/report/period.ts"
import { report, reportOnly } from "../../pipelines/report/report.ts"
import { ProgressListener } from "../../pipelines/run/progress.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { findRun, type Run } from "../../pipelines/run/run.ts"
import { exitCodeOf, type RunSummary, readingOf, summarize } from "../../pipelines/run/run-summary.ts"
import { otherApi, storeApi } from "../../pipelines/run/store-api.ts"
import { refuseSigned } from "../../pipelines/sign-off/refuse-signed.ts"
import { type SyncOptions, sync } from "../../pipelines/sync/sync.ts"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { goesOn, UsageError } from "../ending.ts"
import type { ExitCode } from "../exit-codes.ts"
import { tellingNight } from "../notices/tell-night.ts"
import { existingStore, workingStore } from "../open-store.ts"
import { defaultTo, type Given, optional, text } from "../option-row.ts"
import { apiChanged, config, customers, db, failOn, fresh, json, logs, metrics, out, quiet } from "../options.ts"
import { tell } from "../output.ts"
import { unusedFolders } from "../own-folders.ts"
import { withProgress } from "../progress-line.ts"
import { personalDataOf } from "../salt.ts"
import { coverageLine, verdictSentence, verdictText } from "../verdict.ts"
import { configurationOf, customersToRead, partnerApi, prepareOut } from "../workplace.ts"

const readRows = { config, db, customers, fresh, apiChanged, json, quiet, ...logs }
const judgeRows = { config, db, failOn, json, quiet, ...logs }

/** Runs what reads the API into the working database. */
const reading = <A, E, R>(
  name: string,
  configuration: Configuration,
  options: Given<typeof readRows>,
  work: (request: SyncOptions) => Effect.Effect<A, E, R>,
) =>
  Effect.gen(function* () {
    const given = yield* credentials
    return yield* Effect.gen(function* () {
      const database = yield* Database
      const other = otherApi(database.file, yield* storeApi(database), given)
      if (other !== null && !options.apiChanged) return yield* other
      const customers = yield* customersToRead(options.customers)
      const personalData = yield* personalDataOf(configuration, options.db)
      const { baseUrl, clientId } = given
      return yield* work({ configuration, personalData, customers, baseUrl, clientId, fresh: options.fresh })
    }).pipe(
      Effect.provide(partnerApi(configuration, given)),
      Effect.provide(workingStore(options.db, { configuration, command: name })),
      (effect) => withProgress(effect, options.quiet),
    )
  })

/** Runs what works on the newest run that was read. */
const writing = <A, E, R>(
  name: string,
  configuration: Configuration,
  options: Given<typeof judgeRows>,
  work: (run: Run) => Effect.Effect<A, E, R>,
) =>
  Effect.gen(function* () {
    const database = yield* Database
    const run = yield* findRun(database)
    yield* (yield* ProgressListener).began(run.runId)
    return yield* work(run)
  }).pipe(Effect.provide(existingStore(options.db, { configuration, command: name })), (effect) =>
    withProgress(effect, options.quiet),
  )

/** The same, where the run's own results are made anew: nobody may have signed them. */
const judging = <A, E, R>(
  name: string,
  configuration: Configuration,
  options: Given<typeof judgeRows>,
  work: (run: Run) => Effect.Effect<A, E, R>,
) =>
  writing(name, configuration, options, (run) =>
    Effect.gen(function* () {
      yield* refuseSigned(yield* Database, run.runId)
      return yield* work(run)
    }),
  )

/** What a run has come to, with the places that it left behind. */
const conclusionOf = (
  summary: RunSummary,
  { failOn }: Configuration,
  places: Readonly<Record<string, string>> = {},
  /** What stopped the reading, where something did: it outranks what was found. Reports and a lake that could not be written. */
  {
    failed = [],
    noLake = null,
    stopped = null,
  }: Partial<Pick<Effect.Effect.Success<ReturnType<typeof nightly>>, "failed" | "stopped">> & {
    readonly noLake?: string | null
  } = {},
) => {
  const found = exitCodeOf(summary, failOn)
  const unwritten = failed.length > 0 ? 78 : noLake === null ? null : 1
  const exitCode: ExitCode = stopped?.exitCode ?? (found === 4 ? found : (unwritten ?? found))
  const missing = [
    ...failed.map(({ file, problem }) => `your own report ${file} was not written: ${problem}`),
    ...(noLake === null ? [] : [noLake]),
  ]
  const told = [verdictText(summary, places), ...missing, ...(stopped === null ? [] : [stopped.message])]
  const why = stopped?.message ?? [verdictSentence(summary), ...missing].join("; ")
  const json = { ...summary, ...places, ...(failed.length === 0 ? {} : { failedReports: failed }), exitCode }
  return { json, told, exitCode, why }
}

/** What lies there to be used, and is not, is said and not passed over. */
const tellUnused = (configuration: Configuration, quiet: boolean) =>
  quiet ? Effect.void : Effect.flatMap(unusedFolders(configuration), Effect.forEach(tell))

const nightlyCommand = command({
  name: "nightly",
  about: "Read everything, reconcile it and write the reports: sync, reconcile and report in one.",
  rows: { config, db, out, customers, fresh, apiChanged, failOn, metrics, json, quiet, ...logs },
  ifInterrupted: goesOn,
  run: (options) =>
    Effect.gen(function* () {
      const night = yield* tellingNight(options)
      const configuration = yield* configurationOf(options)
      yield* night.knows(configuration)
      yield* credentials
      yield* prepareOut(options.out)
      yield* tellUnused(configuration, options.quiet)
      const { failed, folder, lake, snapshot, stopped, summary } = yield* reading(
        "nightly",
        configuration,
        options,
        (request) => nightly(request, options.out),
      )
      const places = {
        ...{ reports: folder, snapshot },
        ...(lake !== null && Either.isRight(lake) ? { lake: lake.right.folder } : {}),
      }
      const noLake = lake !== null && Either.isLeft(lake) ? lake.left.message : null
      const conclusion = conclusionOf(summary, configuration, places, { failed, noLake, stopped })
      yield* night.comesTo({ summary, places, json: conclusion.json })
      yield* conclude(options, conclusion)
    }),
})

const syncCommand = command({
  name: "sync",
  about: "Read every list of every customer and store what came, without judging it.",
  rows: readRows,
  ifInterrupted: goesOn,
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const { stopped, summary } = yield* reading("sync", configuration, options, (request) =>
        Effect.gen(function* () {
          const database = yield* Database
          const run = yield* sync(request)
          yield* publishSnapshot(database)
          return { stopped: run.stopped, summary: readingOf(yield* summarize(database, run.runId)) }
        }),
      )
      const [word, exitCode] = summary.verdict === "PARTIAL" ? (["PARTIAL", 4] as const) : (["COMPLETE", 0] as const)
      const sentence = `${word}: run ${summary.runId}, ${plural(summary.records, "record")}, ${coverageLine(summary)}`
      const code = stopped?.exitCode ?? exitCode
      const told = [sentence, ...(stopped === null ? [] : [stopped.message])]
      yield* conclude(options, { json: { ...summary, exitCode: code }, told, exitCode: code })
    }),
})

const reconcileCommand = command({
  name: "reconcile",
  about: "Judge what the newest run has read: match, roll forward, run every check. Asks the API nothing.",
  rows: judgeRows,
  ifInterrupted: goesOn,
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const summary = yield* judging("reconcile", configuration, options, (run) =>
        Effect.gen(function* () {
          const database = yield* Database
          yield* (yield* ProgressListener).step("reconciling")
          yield* reconcile(run, configuration)
          yield* publishSnapshot(database)
          return yield* summarize(database, run.runId)
        }),
      )
      yield* conclude(options, conclusionOf(summary, configuration))
    }),
})

const reportRows = {
  only: optional(text("NAME"), "Write this report alone, now, into --out itself; the night's folder stays as it is."),
  period: defaultTo(
    text("PERIOD"),
    "night",
    "What the lists that grow hold: night (what is new or changed since the last one), all, or a month such as 2026-10.",
  ),
}

/** Only a run that was judged has reports. */
const refuseUnjudged = (run: Run) =>
  Effect.gen(function* () {
    const database = yield* Database
    const states = yield* database.rows<{ state: string }>("SELECT state FROM recon.runs WHERE run_id = $1", [
      run.runId,
    ])
    if (states[0]?.state === "synced") {
      return yield* new UsageError({
        detail: `run ${run.runId} was read but not reconciled yet; run tidemark reconcile first`,
      })
    }
  })

const reportCommand = command({
  name: "report",
  about: "Write the reports of the newest run that was reconciled, again if they are there already; or one of them.",
  rows: { config, db, out, ...reportRows, failOn, json, quiet, ...logs },
  ifInterrupted: goesOn,
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const period = yield* readPeriod(options.period)
      yield* prepareOut(options.out)
      const { only } = options
      if (only !== null) {
        const written = yield* writing("report", configuration, options, (run) =>
          Effect.zipRight(refuseUnjudged(run), reportOnly(only, run, configuration, options.out, period)),
        )
        const told = [`${written.file}: ${plural(written.rows, "row")}`]
        return yield* conclude(options, { json: { report: only, ...written, exitCode: 0 }, told, exitCode: 0 })
      }
      const { failed, places, summary } = yield* judging("report", configuration, options, (run) =>
        Effect.gen(function* () {
          const database = yield* Database
          yield* refuseUnjudged(run)
          yield* (yield* ProgressListener).step("reporting")
          const { failed, folder } = yield* report(run, configuration, options.out, period)
          const snapshot = yield* publishSnapshot(database)
          return { failed, places: { reports: folder, snapshot }, summary: yield* summarize(database, run.runId) }
        }),
      )
      yield* conclude(options, conclusionOf(summary, configuration, places, { failed }))
    }),
})

/** A whole night, and its steps one by one. */
export const nightCommands = [nightlyCommand, syncCommand, reconcileCommand, reportCommand]
