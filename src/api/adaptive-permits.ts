import { Clock, Effect } from "effect"

/** No oftener than this are permits halved: the answers to what was under way tell the same thing many times. */
const halvingMillis = 1000

/**
 * The requests that may be under way at once: halved when the API says that there are too many, and given back one by
 * one, each after as many successes in a row as there are permits.
 */
export interface AdaptivePermits {
  readonly withPermit: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly succeeded: Effect.Effect<void>
  /** A try that failed otherwise: the successes are no longer in a row. */
  readonly failed: Effect.Effect<void>
  /** Status 429. */
  readonly overloaded: Effect.Effect<void>
}

export const makeAdaptivePermits = (most: number): Effect.Effect<AdaptivePermits> =>
  Effect.map(Effect.makeSemaphore(most), (semaphore) => {
    let permits = most
    let inARow = 0
    let halvedAt = Number.NEGATIVE_INFINITY
    const failed = Effect.sync(() => {
      inARow = 0
    })
    return {
      withPermit: semaphore.withPermits(1),
      failed,
      succeeded: Effect.suspend(() => {
        if (permits === most || ++inARow < permits) return Effect.void
        inARow = 0
        return semaphore.resize(++permits)
      }),
      overloaded: Effect.gen(function* () {
        yield* failed
        const now = yield* Clock.currentTimeMillis
        if (permits === 1 || now - halvedAt < halvingMillis) return
        halvedAt = now
        permits = Math.max(1, Math.floor(permits / 2))
        yield* semaphore.resize(permits)
        yield* Effect.logWarning("the API asks for fewer requests; requests under way at once are halved").pipe(
          Effect.annotateLogs({ concurrency: permits }),
        )
      }),
    }
  })
