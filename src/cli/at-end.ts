import { Context, Effect } from "effect"
import type { Surroundings } from "./command.ts"

/** How a command ended. */
export interface Ended {
  readonly exitCode: number
  /** Why it is not 0, in a sentence, where there is one. */
  readonly why: string | null
  /** The run that it was about. */
  readonly run: string | null
}

/** What a command wants done when it has ended, whatever the end, and everything that it had open is closed. It changes nothing of the end. */
export class AtEnd extends Context.Reference<AtEnd>()("tidemark/AtEnd", {
  defaultValue: () => ({
    follow: (_: (ended: Ended) => Effect.Effect<void, never, Surroundings>): Effect.Effect<void> => Effect.void,
  }),
}) {}
