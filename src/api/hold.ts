import { Duration } from "effect"
import { patience } from "./patience.ts"
import type { Turn } from "./turn.ts"

/** Why a run holds: its requests are limited, nobody answers, or we are taken for somebody else. */
export type Why = "limited" | "silent" | "refused"

/**
 * Whom a hold was about: all requests, or those alone that had failed, because others were answered. `passed`: all were
 * refused for a limit that was over before a witness could tell.
 */
export type Verdict = "everybody" | "passed" | "alone"

/** A time in which nothing is asked but by one probe after another. Times are epoch milliseconds. */
export interface Hold {
  why: Why
  readonly since: number
  /** The number of the try that began it: whoever went out later and is answered contradicts it. */
  readonly causedBy: number
  verdict: Verdict | null
  probing: boolean
  probeAt: number
  /** The next pause between two probes. */
  pause: number
  probes: number
  /** The earliest time that a Retry-After named. */
  until: number | null
  /** When a probe was last told of the limit. */
  refusedAt: number | null
  /** Who was told of the limit, beside probes. */
  readonly limited: Array<Turn>
  readonly listeners: Array<(verdict: Verdict) => void>
}

const millis = (input: Duration.DurationInput): number => Duration.toMillis(input)

export const beginHold = (why: Why, number: number, now: number): Hold => {
  const { first } = patience.probes[why]
  return {
    why,
    since: now,
    causedBy: number,
    verdict: null,
    probing: false,
    // A limit is first confirmed by a witness, soon; silence and refusals had theirs, or want some time to pass.
    probeAt: now + millis(why === "limited" ? patience.witnessAfter : first),
    pause: millis(first),
    probes: 0,
    until: null,
    refusedAt: null,
    limited: [],
    listeners: [],
  }
}

const differ = <A>(values: ReadonlyArray<A>): boolean => values.some((value) => value !== values[0])

/**
 * Whether a limit was everybody's though a witness is answered now: all that went out from the first who was refused to the
 * last were refused, and neither one product nor one customer is what they share. `answered` went out before the witness.
 */
export const hasPassed = ({ limited, verdict, why }: Hold, answered: number, witness: Turn): boolean => {
  if (why !== "limited" || verdict !== null) return false
  const first = Math.min(...limited.map(({ number }) => number))
  const last = Math.max(...limited.map(({ number }) => number))
  return (
    answered < first &&
    witness.number > last &&
    differ(limited.map(({ request }) => request.stream)) &&
    differ(limited.map(({ request }) => request.customerId))
  )
}

export const decide = (hold: Hold, verdict: Verdict): void => {
  if (hold.verdict !== null) return
  hold.verdict = verdict
  for (const listener of hold.listeners.splice(0)) listener(verdict)
}

/** The pause before the next probe, each one longer than the last. */
const nextPause = (hold: Hold): number => {
  const { cap, growth } = patience.probes[hold.why]
  const pause = hold.pause
  hold.pause = Math.min(millis(cap), pause * growth)
  return pause
}

/** How long the last window was: longer than the first, and no longer than the second, in milliseconds. */
export interface Window {
  readonly moreThan: number
  readonly atMost: number
}

/**
 * When to look whether the limit is open again: when the API said, else when the last window would have ended, in four
 * small steps, else with growing pauses.
 */
export const lookAgain = (hold: Hold, now: number, last: Window | null, windowFrom: number | null): void => {
  if (hold.until !== null && hold.until > now) {
    hold.probeAt = hold.until
    return
  }
  if (last !== null && windowFrom !== null) {
    const step = (last.atMost - last.moreThan) / 4
    // A probe goes out at a step and is refused a little after it: the next step is the one that is nearest, and one more.
    const steps = Math.max(1, Math.round((now - windowFrom - last.moreThan) / step) + 1)
    if (steps <= 4) {
      hold.probeAt = windowFrom + last.moreThan + steps * step
      return
    }
  }
  hold.probeAt = now + nextPause(hold)
}

/** A probe was not answered. */
export const stillHeld = (hold: Hold, now: number): void => {
  hold.probeAt = now + nextPause(hold)
}
