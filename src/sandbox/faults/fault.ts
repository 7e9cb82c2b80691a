import type { Answer } from "../server/answer.ts"
import type { CursorSeal } from "../server/cursor.ts"
import type { Chance } from "../world/chance.ts"
import type { FaultSettings } from "./fault-settings.ts"
import type { Place } from "./place.ts"

/** What a fault knows of the request that it strikes. */
export interface Scene {
  readonly place: Place
  /** Raw path and query. */
  readonly url: string
  /** Draws of this strike alone. */
  readonly chance: Chance
  readonly cursors: CursorSeal
  readonly settings: FaultSettings
  /** Since the first request. */
  readonly elapsedMillis: number
  /** Requests of the rate limit's present window, this one included. */
  readonly askedInWindow: number
}

/**
 * What a fault is drawn for. Its draw is a function of the seed, the fault and this alone, so that neither the order
 * in which requests arrive nor how many are under way changes what is struck.
 *
 * - `ask`: each time a page is asked for; asked again, it is drawn again.
 * - `cursor`: a cursor of one reading of a list; that cursor meets the same fate for ever, a new reading has new ones.
 * - `list`: a customer's list, for as long as the server runs.
 * - `stream`: a stream of all customers, for as long as the server runs.
 * - `server`: all of it.
 */
export type Span = "ask" | "cursor" | "list" | "stream" | "server"

/** One way in which an API misbehaves. */
export interface Fault {
  readonly name: string
  /** What a client sees, in one sentence. */
  readonly sentence: string
  readonly span: Span
  /** Short for the status that it answers with. */
  readonly alias?: string
  /**
   * The answer in the place of the right one; null where the fault has no hold on it. Absent for faults that are not
   * of a single answer: the server's clock (fault-engine.ts) and lists that move (moving-lists.ts).
   */
  readonly strike?: (answer: Answer, scene: Scene) => Answer | null
}
