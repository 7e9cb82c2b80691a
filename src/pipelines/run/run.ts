import { Clock, Data, DateTime, Effect } from "effect"
import { Entropy } from "../../api/entropy.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** A run and the instant it began; grace and age are counted to that instant. */
export interface Run {
  /**
   * `20261122T023000123Z-1f3a`: sorts in the order in which runs began, safe in file names; the end tells runs of two stores
   * apart. Every query that asks for an earlier or the newest run compares ids.
   */
  readonly runId: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
}

const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))
const compact = (millis: number): string => iso(millis).replace(/[-:.]/g, "")

/** The instant that an id begins with; null where it is none of ours. */
const instantOf = (runId: string | null | undefined): number | null => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(runId ?? "")
  if (parts === null) return null
  const [, year, month, day, hour, minute, second, milli] = parts
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milli}Z`)
}

/**
 * A run that sorts after every other of the store: where the clock was set back since the newest began, its id goes on from
 * that one's. When it began is another matter, which `startedAt` says.
 */
export const newRun = (sql: Sql): Effect.Effect<Run, StoreError> =>
  Effect.gen(function* () {
    const entropy = yield* Entropy
    const now = yield* Clock.currentTimeMillis
    const [newest] = yield* sql.rows<{ run_id: string | null }>("SELECT max(run_id) AS run_id FROM recon.runs")
    const after = Math.max(now, (instantOf(newest?.run_id) ?? 0) + 1)
    return { runId: `${compact(after)}-${entropy.uuid().slice(0, 4)}`, startedAt: iso(now) }
  })

/** There is no run that can be judged. */
export class NoSuchRun extends Data.TaggedError("NoSuchRun")<{
  /** A later run that stored pages and was not read to its end: the typed rows are of two nights. */
  readonly brokenOff: string | null
}> {
  readonly exitCode = 2
  override get message(): string {
    return this.brokenOff === null
      ? "there is no run that was read to its end; run tidemark sync or run tidemark nightly first"
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
