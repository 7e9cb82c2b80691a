import { Effect, Schedule } from "effect"

/**
 * What DuckDB does for us on a connection; interrupted, it is told to stop, and has stopped when this ends: to close a connection
 * in the middle of a statement is to wait for it, for ever where it has no end. Told again, because a statement that is
 * about to begin hears nothing.
 */
export const asking = <A, E>(
  interrupt: () => void,
  ask: () => Promise<A>,
  fail: (cause: unknown) => E,
): Effect.Effect<A, E> =>
  Effect.async((resume) => {
    const answer = ask()
    answer.then(
      (value) => resume(Effect.succeed(value)),
      (error) => resume(Effect.fail(fail(error))),
    )
    const ended = Effect.ignore(Effect.tryPromise(() => answer))
    const stopping = Effect.interruptible(Effect.repeat(Effect.sync(interrupt), Schedule.spaced("100 millis")))
    return Effect.asVoid(Effect.raceFirst(ended, stopping))
  })
