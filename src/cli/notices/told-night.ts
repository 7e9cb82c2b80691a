import type { DateTime } from "effect"
import type { RunSummary } from "../../pipelines/run/run-summary.ts"
import type { Ended } from "../at-end.ts"

/** What a night has come to, as far as it came. */
export interface NightResult {
  readonly summary: RunSummary
  readonly places: Readonly<Record<string, string>>
  /** What `--json` prints of it. */
  readonly json: object
}

/** A night that has ended, for whoever is told of it. */
export interface ToldNight {
  readonly ended: Ended
  /** Null where it ended before anything was judged. */
  readonly result: NightResult | null
  readonly startedAt: DateTime.Utc
  readonly endedAt: DateTime.Utc
  /** When a night last ended with 0 or 3, this one included; null for never. */
  readonly lastSuccessAt: DateTime.Utc | null
}
