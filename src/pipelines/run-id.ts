import { Clock, DateTime, Effect } from "effect"
import { Entropy } from "../api/entropy.ts"

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
