import { Clock, Data, DateTime, Effect } from "effect"
import { Entropy } from "../../api/entropy.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** A run and the instant it began; grace and age are counted to that instant. */
export interface Run {
  /** `20261122T023000123Z-1f3a`: sorts by time, safe in file names; the end tells apart runs of one millisecond. */
  readonly runId: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
}

export const newRun: Effect.Effect<Run> = Effect.gen(function* () {
  const entropy = yield* Entropy
  const startedAt = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
  const compact = startedAt.replace(/[-:.]/g, "")
  return { runId: `${compact}-${entropy.uuid().slice(0, 4)}`, startedAt }
})

/** There is no run that can be judged. */
export class NoSuchRun extends Data.TaggedError("NoSuchRun")<{
  /** A later run that stored pages and was not read to its end: the typed rows are of two nights. */
  readonly brokenOff: string | null
}> {
  readonly exitCode = 2
  override get message(): string {
    return this.brokenOff === null
      ? "there is no run that was read to its end; run tidemark sync or tidemark nightly first"
      : `run ${this.brokenOff} stored some pages and was not read to its end, so the rows are of two nights; run tidemark nightly first`
  }
}

/** The newest run that was read to its end, provided that no later one has changed the rows since. */
export const findRun = (sql: Sql): Effect.Effect<Run, StoreError | NoSuchRun> =>
  Effect.gen(function* () {
    const [row] = yield* sql.rows<{ run_id: string; started_at: string; whole: boolean }>(
      `SELECT run_id, started_at, state IN ('synced', 'reconciled', 'reported') AS whole
       FROM recon.runs
       WHERE state IN ('synced', 'reconciled', 'reported') OR run_id IN (SELECT run_id FROM raw.pages)
       ORDER BY run_id DESC LIMIT 1`,
    )
    if (row === undefined) return yield* new NoSuchRun({ brokenOff: null })
    if (!row.whole) return yield* new NoSuchRun({ brokenOff: row.run_id })
    return { runId: row.run_id, startedAt: row.started_at }
  })

/** The store holds no such run, or none at all. */
export class UnknownRun extends Data.TaggedError("UnknownRun")<{
  readonly file: string
  /** Null where any run would have done. */
  readonly runId: string | null
}> {
  readonly exitCode = 2
  override get message(): string {
    return this.runId === null
      ? `${this.file} holds no run yet; run tidemark nightly first`
      : `${this.file} holds no run ${this.runId}; tidemark runs lists those that it holds`
  }
}
