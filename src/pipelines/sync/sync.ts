import { Cause, Clock, DateTime, Effect, Exit, Ref } from "effect"
import { PartnerApi } from "../../api/partner-api.ts"
import type { PersonalData } from "../../api/personal-data.ts"
import { Database } from "../../store/database.ts"
import { whileLoading } from "../../store/threads.ts"
import type { RosterEntry } from "../configuration/roster.ts"
import type { Configuration } from "../configuration/settings.ts"
import { ensureStore } from "../ensure-store.ts"
import { ProgressListener } from "../run/progress.ts"
import { streamTables } from "../stream-tables.ts"
import { type Written, writeReadings } from "./page-writer.ts"
import { readPartitions } from "./read-partitions.ts"
import { makeReadings } from "./readings.ts"
import { proveCoverage } from "./run-coverage.ts"
import { planRun } from "./run-plan.ts"

export interface SyncOptions {
  readonly configuration: Configuration
  readonly personalData: PersonalData
  readonly customers: ReadonlyArray<RosterEntry>
  readonly baseUrl: string
  /** Who asks, for the run's record; not kept unless given. */
  readonly clientId?: string
  /** Begin a new run even where an interrupted one could go on; false unless given. */
  readonly fresh?: boolean
  /** The run is to be judged and reported too, and goes on until it is; false unless given. */
  readonly night?: boolean
  /** Pages in one commit at most; by their bytes unless given. */
  readonly pagesPerCommit?: number
}

/**
 * Reads every list of every customer to its end and stores what came, or goes on with a run whose process ended before
 * it did. Ends with the run's coverage on record, and with what stopped it where the API refused the credentials in the
 * middle of it; fails only where nothing else could have succeeded, and then the run is on record as failed.
 */
export const sync = (options: SyncOptions) =>
  Effect.gen(function* () {
    const database = yield* Database
    const { configuration } = options
    yield* ensureStore(database, configuration.contract)
    const planned = yield* planRun(database, {
      ...options,
      clientId: options.clientId ?? null,
      fresh: options.fresh ?? false,
      night: options.night ?? false,
    })
    const { runId } = planned.run
    yield* (yield* ProgressListener).began(runId)
    yield* Effect.logInfo(planned.resumed ? "an interrupted run goes on" : "a run begins")
    const stopped = yield* readAndWrite(options, planned).pipe(
      Effect.annotateLogs({ run: runId }),
      Effect.withSpan("run", { attributes: { run: runId } }),
    )
    // Reading may have shown that this machine's clock is wrong.
    const [run] = yield* database.rows<{ started_at: string }>("SELECT started_at FROM recon.runs WHERE run_id = $1", [
      runId,
    ])
    return { runId, startedAt: run?.started_at ?? planned.run.startedAt, stopped }
  })

const readAndWrite = (options: SyncOptions, planned: Effect.Effect.Success<ReturnType<typeof planRun>>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const api = yield* PartnerApi
    const progress = yield* ProgressListener
    const { configuration, customers } = options
    const { learntRate, requestsBefore, run, unread } = planned
    yield* api.startAtRate(learntRate)
    const tables = streamTables(configuration.contract)
    const readings = yield* makeReadings(options.pagesPerCommit)
    const open = customers.flatMap(({ customerId }) =>
      configuration.contract.streams.filter(({ stream }) => unread(customerId, stream) !== null),
    )
    const partitions = customers.length * tables.length
    const written = yield* Ref.make<Written>({ records: 0, ended: partitions - open.length })
    const onWritten = (more: Written) =>
      Effect.gen(function* () {
        const all = yield* Ref.updateAndGet(written, (before) => ({
          records: before.records + more.records,
          ended: before.ended + more.ended,
        }))
        const { requests, retries } = yield* api.counts
        yield* progress.reading({ partitionsDone: all.ended, partitions, records: all.records, requests, retries })
      })
    const requests = Effect.map(api.counts, (counts) => requestsBefore + counts.requests)
    const costs = Effect.all({ requests, failed: api.takeFailedTries })

    const patience = Effect.all({ held: api.held, learntRate: api.learntRate })

    const finish = (state: "synced" | "failed" | "interrupted", detail: string | null) =>
      Effect.gen(function* () {
        const finishedAt = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
        const end = { state, detail, finishedAt, costs: yield* costs, ...(yield* patience) }
        yield* proveCoverage(database, run, tables, end)
        yield* Effect.logInfo(`the run's reading ends ${state}`)
      })

    // Where the readers cannot go on, the writer still stores what they had read.
    const reading = readPartitions({ ...options, readings, unread }, customers).pipe(
      Effect.exit,
      Effect.zipLeft(readings.offer({ _tag: "AllRead" })),
    )
    const itemsPath = configuration.contract.page.items
    const writing = writeReadings(database, {
      runId: run.runId,
      tables,
      itemsPath,
      readings,
      costs,
      onWritten,
    })
    const stopped = yield* Effect.all([reading, writing], { concurrency: "unbounded" }).pipe(
      whileLoading(database, configuration.memoryLimit),
      Effect.flatMap(([exit]) => exit),
      Effect.onExit((exit) => {
        if (Exit.isSuccess(exit)) return Effect.void
        return Cause.isInterruptedOnly(exit.cause)
          ? Effect.ignore(finish("interrupted", "the run was interrupted"))
          : Effect.ignore(finish("failed", "the run could not go on; its pages so far are kept"))
      }),
    )
    yield* finish("synced", stopped === null ? null : stopped.message)
    return stopped
  })
