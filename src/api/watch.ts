import { Duration, Effect, type Scope } from "effect"

/** Wakes where something has changed. */
export interface Watch {
  readonly poke: () => void
  /** What is to be logged, by the watch's own fiber. */
  readonly tell: (news: Effect.Effect<void>) => void
}

export interface Watched {
  /** When time itself changes something, epoch milliseconds; null or infinite where it does not. */
  readonly wakeAt: () => number | null
  /** Nothing will change any more. */
  readonly isOver: () => boolean
  /** What is then done. */
  readonly onTime: () => Effect.Effect<void>
}

/** A fiber that sleeps until time itself changes something, or somebody pokes it. */
export const makeWatch = ({ isOver, onTime, wakeAt }: Watched): Effect.Effect<Watch, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    let pokes = 0
    let wake: (() => void) | null = null
    const news: Array<Effect.Effect<void>> = []

    const pokedAfter = (seen: number) =>
      Effect.async<void>((resume) => {
        const done = (): void => {
          wake = null
          resume(Effect.void)
        }
        if (pokes !== seen) done()
        else wake = done
        return Effect.sync(() => {
          wake = null
        })
      })

    const watch = Effect.forever(
      Effect.suspend(() => {
        if (news.length > 0) return Effect.all(news.splice(0), { discard: true })
        if (isOver()) return Effect.never
        const at = wakeAt()
        // A timer has whole milliseconds.
        const wait = at === null || !Number.isFinite(at) ? null : Math.ceil(at - clock.unsafeCurrentTimeMillis())
        if (wait === null) return pokedAfter(pokes)
        if (wait > 0) return Effect.raceFirst(clock.sleep(Duration.millis(wait)), pokedAfter(pokes))
        return onTime()
      }),
    )
    yield* Effect.forkScoped(watch)

    return {
      poke: () => {
        pokes++
        wake?.()
      },
      tell: (what) => void news.push(what),
    }
  })
