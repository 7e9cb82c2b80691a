import { Effect } from "effect"
import { Database } from "../store/database.ts"
import { publishSnapshot } from "../store/snapshot.ts"
import { reconcile } from "./reconcile/reconcile.ts"
import { rehearse } from "./rehearsal.ts"
import { writeLake } from "./report/lake/lake.ts"
import { report } from "./report/report.ts"
import { ProgressListener } from "./run/progress.ts"
import { summarize } from "./run/run-summary.ts"
import { type SyncOptions, sync } from "./sync/sync.ts"

/**
 * A whole night: read, reconcile, report, and publish the snapshot for analysts. Coverage that is not complete stops
 * nothing: the reports say PARTIAL. A night that was interrupted goes on wherever it was, whether it had been reading or
 * judging.
 */
export const nightly = (options: SyncOptions, out: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const progress = yield* ProgressListener
    // What cannot be run would cost the night's reports after everything was fetched.
    yield* rehearse(options.configuration)
    const run = yield* sync({ ...options, night: true })
    yield* progress.step("reconciling")
    yield* reconcile(run, options.configuration)
    yield* progress.step("reporting")
    const { failed, folder } = yield* report(run, options.configuration, out).pipe(
      // What was read and judged is published even where the reports cannot be written.
      Effect.tapError(() => publishSnapshot(database)),
    )
    const snapshot = yield* publishSnapshot(database)
    const { lake: to } = options.configuration
    // Everything else is published by now, and is so whatever becomes of the lake.
    const lake = to === undefined ? null : yield* Effect.either(writeLake(to))
    const summary = yield* summarize(database, run.runId)
    return { run, folder, failed, snapshot, lake, stopped: run.stopped, summary }
  })
