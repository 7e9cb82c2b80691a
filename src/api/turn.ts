import type { TryFailure } from "./failures.ts"
import type { Hold } from "./hold.ts"
import type { PageRequest } from "./page-request.ts"

/** A try that may go out. What its end brought about is written down here. */
export interface Turn {
  /** From 1, in the order in which tries went out. */
  readonly number: number
  readonly request: PageRequest
  readonly isProbe: boolean
  /** Answers that had come when it failed. */
  answersBefore: number
  /** The hold that its failure began or fell into. */
  hold: Hold | null
}

/** What the end of a try tells of everybody. `unknown`: nothing. */
export type Finding =
  | { readonly _tag: "answered" }
  | { readonly _tag: "limited"; readonly askedMillis: number | null }
  | { readonly _tag: "silent" | "refused"; readonly failure: TryFailure }
  | { readonly _tag: "unknown" }

/** Why nothing goes out any more. */
export interface Shut {
  readonly reason: "Deadline" | "NobodyThere" | "Refused"
  readonly detail: string
  /** What was met last; null where the deadline alone is the reason. */
  readonly failure: TryFailure | null
}
