import { Cause, Clock, DateTime, Effect, Exit, Queue, Ref } from "effect"
import { PartnerApi } from "../../api/partner-api.ts"
import type { PersonalData } from "../../api/personal-data.ts"
import { Database } from "../../store/database.ts"
import { whileLoading } from "../../store/loading.ts"
import type { Configuration } from "../configuration.ts"
import { ensureStore } from "../ensure-store.ts"
import { ProgressListener } from "../progress.ts"
import type { RosterEntry } from "../roster.ts"
import type { Run } from "../run-id.ts"
import { newRun } from "../run-id.ts"
import { streamTables } from "../stream-tables.ts"
import { type Reading, type Written, writeReadings } from "./page-writer.ts"
import { readPartitions } from "./read-partitions.ts"
import { planRun, proveCoverage } from "./run-coverage.ts"

export interface SyncOptions {
  readonly configuration: Configuration
  readonly personalData: PersonalData
  readonly customers: ReadonlyArray<RosterEntry>
  readonly baseUrl: string
}

/** Pages that may wait for the writer; with more, the readers wait. */
const waitingPages = 64

/**
 * Reads every list of every customer to its end and stores what came. Ends with the run's coverage on record; fails only
 * where nothing else could have succeeded, and then the run is on record as failed.
 */
export const sync = (options: SyncOptions) =>
  Effect.gen(function* () {
    const database = yield* Database
    const api = yield* PartnerApi
    const progress = yield* ProgressListener
    const { configuration, customers } = options
    const tables = streamTables(configuration.contract)
    yield* ensureStore(database, configuration.contract)
    const run: Run = yield* newRun
    yield* planRun(database, run, configuration, customers)

    const readings = yield* Queue.bounded<Reading>(waitingPages)
    const written = yield* Ref.make<Written>({ records: 0, ended: 0 })
    const partitions = customers.length * tables.length
    const onWritten = (more: Written) =>
      Effect.gen(function* () {
        const all = yield* Ref.updateAndGet(written, (before) => ({
          records: before.records + more.records,
          ended: before.ended + more.ended,
        }))
        const counts = yield* api.counts
        yield* progress.reading({ partitionsDone: all.ended, partitions, records: all.records, ...counts })
      })

    const finish = (state: "synced" | "failed" | "interrupted", detail: string | null) =>
      Effect.gen(function* () {
        const { requests, retries } = yield* api.counts
        const finishedAt = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
        yield* proveCoverage(database, run, { state, detail, finishedAt, requests, retries })
      })

    // Where the readers cannot go on, the writer still stores what they had read.
    const reading = readPartitions({ ...options, readings }, customers).pipe(
      Effect.exit,
      Effect.zipLeft(readings.offer({ _tag: "AllRead" })),
    )
    const writing = writeReadings(database, run.runId, tables, configuration.contract.page.items, readings, onWritten)
    yield* Effect.all([reading, writing], { concurrency: "unbounded" }).pipe(
      whileLoading(database, configuration.memoryLimit),
      Effect.flatMap(([exit]) => exit),
      Effect.onExit((exit) => {
        if (Exit.isSuccess(exit)) return Effect.void
        return Cause.isInterruptedOnly(exit.cause)
          ? Effect.ignore(finish("interrupted", "the run was interrupted"))
          : Effect.ignore(finish("failed", "the run could not go on; its pages so far are kept"))
      }),
    )
    yield* finish("synced", null)
    return run
  })
