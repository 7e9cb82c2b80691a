import { Clock, Effect } from "effect"
import type { ProgressListener } from "../pipelines/run/progress.ts"

/** Often enough to see that a long run moves, seldom enough for a log. */
const everyMillis = 10_000

/** How far the run is, as log lines in place of the line that is redrawn. */
export const progressLog: Effect.Effect<ProgressListener["Type"]> = Effect.map(Clock.currentTimeMillis, (startedAt) => {
  let loggedAt = startedAt
  return {
    reading: (progress) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (now - loggedAt < everyMillis && progress.partitionsDone < progress.partitions) return Effect.void
        loggedAt = now
        const { partitions, partitionsDone, records, requests, retries } = progress
        return Effect.logInfo("reading").pipe(
          Effect.annotateLogs({ partitionsDone, partitions, records, requests, retries }),
        )
      }),
    step: (step) => Effect.logInfo(step),
  }
})
