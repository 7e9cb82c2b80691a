import { Context, Effect } from "effect"

/** How far the reading is. */
export interface Progress {
  readonly partitionsDone: number
  readonly partitions: number
  readonly records: number
  readonly requests: number
  readonly retries: number
}

/** Who wants to know how far a run is; nobody, unless a command says so. */
export class ProgressListener extends Context.Reference<ProgressListener>()("tidemark/ProgressListener", {
  defaultValue: () => ({
    /** A run begins, or one that was interrupted goes on. */
    began: (_runId: string): Effect.Effect<void> => Effect.void,
    reading: (_: Progress): Effect.Effect<void> => Effect.void,
    step: (_: "reconciling" | "reporting"): Effect.Effect<void> => Effect.void,
  }),
}) {}
