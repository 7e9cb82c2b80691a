import { Clock, Duration, Effect, type Exit, type Scheduler } from "effect"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/**
 * Runs an effect in a time of its own, which goes on only when every fiber sleeps: then it jumps to who sleeps shortest.
 * Nothing of the real world may be in the effect. Throws where everybody waits and nobody sleeps.
 */
export const simulate = <A, E>(effect: Effect.Effect<A, E>, startMillis = 0): Exit.Exit<A, E> => {
  let now = startMillis
  let tasks: Array<() => void> = []
  const sleepers: Array<Sleeper> = []
  const scheduler: Scheduler.Scheduler = {
    scheduleTask: (task) => void tasks.push(task),
    shouldYield: (fiber) => (fiber.currentOpCount > 2048 ? 0 : false),
  }
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: () => BigInt(Math.round(now)) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(() => BigInt(Math.round(now)) * 1_000_000n),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        const sleeper: Sleeper = { at: now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        const later = sleepers.findIndex(({ at }) => at > sleeper.at)
        sleepers.splice(later === -1 ? sleepers.length : later, 0, sleeper)
        return Effect.sync(() => {
          const place = sleepers.indexOf(sleeper)
          if (place !== -1) sleepers.splice(place, 1)
        })
      }),
  }
  let ended: Exit.Exit<A, E> | null = null
  const fiber = Effect.runFork(Effect.withClock(effect, clock), { scheduler })
  fiber.addObserver((exit) => {
    ended = exit
  })
  let rounds = 0
  while (ended === null) {
    if (++rounds > 3_000) throw new Error(`time stands still at ${now}`)
    if (tasks.length > 0) {
      const due = tasks
      tasks = []
      for (const task of due) task()
      continue
    }
    const first = sleepers.shift()
    if (first === undefined) throw new Error("everybody waits, and nobody sleeps")
    if (first.at > now) rounds = 0
    now = first.at
    first.wake()
  }
  return ended
}
