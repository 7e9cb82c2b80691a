/** How fast requests may go out. Times are epoch milliseconds; rates are requests a second. */
export interface Pace {
  /** Milliseconds until the next request may go; 0 where it may now. */
  readonly wait: (now: number) => number
  readonly sent: (now: number) => void
  readonly answered: (now: number) => void
  /** The API refused for its limit, and takes requests again: what came through since the last time is its rate. */
  readonly limitEnded: (now: number) => void
  /** A single request was refused and then answered: the pace is a little too fast for a limit that fills drop by drop. */
  readonly eased: (now: number) => void
  /** Something else stopped the run: what came through since says nothing of the limit. */
  readonly interrupted: () => void
  /** What an earlier night learnt. */
  readonly startAt: (rate: number | null) => void
  /** What this night learnt; null where it met no limit. */
  readonly learnt: () => number | null
  /** When the window that is open now began, where that is known. */
  readonly windowFrom: () => number | null
}

/** A pace is tried a little faster after this long without a refusal, and after so many answers, or all that it allows meanwhile. */
const growth = { first: 1.05, most: 1.5, afterMillis: 30_000, afterAnswers: 20 }

/** Refusals that come closer together slow the pace down once. */
const easedAgainMillis = 5000

/** Timers are coarse: a request that went late does not slow down the next ones. */
const lagMillis = 10

/**
 * The pace of a run: the configured rate, or the one that got through an API's limit where that is slower. The first
 * window may have been begun by somebody else, so that what it let through is kept for the next night but holds nobody
 * up; from the second on, each limit that was met says exactly how much it lets through in which time. Without refusals
 * the pace grows again, by little at first.
 */
export const makePace = (configured: number | null): Pace => {
  /** What requests are held to, and what the first window seems to say. */
  let kept: number | null = null
  let guessed: number | null = null
  let nextAt = Number.NEGATIVE_INFINITY
  let window: { readonly from: number; readonly isWhole: boolean } | null = null
  let through = 0
  let grownAt = 0
  let sinceGrown = 0
  let factor = growth.first
  /** What the pace last grew by, and when it was last taken back. */
  let grownBy = growth.first
  let easedAt = Number.NEGATIVE_INFINITY

  const rate = (): number | null =>
    kept === null ? configured : configured === null ? kept : Math.min(kept, configured)

  return {
    wait: (now) => (rate() === null ? 0 : Math.max(0, nextAt - now)),
    sent: (now) => {
      window ??= { from: now, isWhole: false }
      const perSecond = rate()
      if (perSecond !== null) nextAt = (nextAt < now - lagMillis ? now : nextAt) + 1000 / perSecond
    },
    answered: (now) => {
      through++
      sinceGrown++
      if (kept === null || now - grownAt < growth.afterMillis) return
      // An outage that was told as a limit teaches a pace at which twenty answers take hours.
      if (sinceGrown < Math.min(growth.afterAnswers, (kept * growth.afterMillis) / 1000)) return
      kept *= factor
      grownBy = factor
      factor = Math.min(growth.most, factor * factor)
      grownAt = now
      sinceGrown = 0
    },
    limitEnded: (now) => {
      if (window !== null && through > 0 && now > window.from) {
        const measured = (through * 1000) / (now - window.from)
        if (window.isWhole) kept = measured
        else if (kept === null) guessed = measured
      }
      window = { from: now, isWhole: true }
      through = 0
      factor = growth.first
      grownAt = now
      sinceGrown = 0
    },
    eased: (now) => {
      if (kept === null || now - easedAt < easedAgainMillis) return
      kept /= grownBy
      grownBy = growth.first
      factor = growth.first
      easedAt = now
      grownAt = now
      sinceGrown = 0
    },
    interrupted: () => {
      window = null
      through = 0
    },
    startAt: (learnt) => {
      kept = learnt
    },
    learnt: () => kept ?? guessed,
    windowFrom: () => window?.from ?? null,
  }
}
