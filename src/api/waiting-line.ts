import type { Effect } from "effect"
import type { PageRequest } from "./page-request.ts"
import type { Shut, Turn } from "./turn.ts"

/** Who waits for a turn. */
export interface Waiting {
  readonly request: PageRequest
  readonly resume: (turn: Effect.Effect<Turn, Shut>) => void
  /** Given, and not taken yet. */
  turn: Turn | null
  /** Interrupted while it waited. */
  gone: boolean
}

/** Those who wait, first come, first served; who asks again goes before who asks for the first time. */
export interface WaitingLine {
  readonly join: (waiting: Waiting, again: boolean) => void
  /** Takes the next; with `newFirst`, one that asks for the first time where there is one. */
  readonly next: (newFirst?: boolean) => Waiting | null
  readonly isEmpty: () => boolean
}

export const makeWaitingLine = (): WaitingLine => {
  const asking: Array<Waiting> = []
  const askingAgain: Array<Waiting> = []
  return {
    join: (waiting, again) => void (again ? askingAgain : asking).push(waiting),
    isEmpty: () => asking.length + askingAgain.length === 0,
    next: (newFirst = false) => {
      for (const queue of newFirst ? [asking, askingAgain] : [askingAgain, asking]) {
        for (let first = queue.shift(); first !== undefined; first = queue.shift()) if (!first.gone) return first
      }
      return null
    },
  }
}
