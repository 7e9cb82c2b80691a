import { Clock, Effect } from "effect"

/** A clock that begins at an instant of our choice and then goes on as clocks do. */
export const clockFrom = (millis: number): Clock.Clock => {
  const real = Clock.make()
  const offset = millis - real.unsafeCurrentTimeMillis()
  const nanos = BigInt(Math.round(offset)) * 1_000_000n
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + offset,
    unsafeCurrentTimeNanos: () => real.unsafeCurrentTimeNanos() + nanos,
    currentTimeMillis: Effect.map(real.currentTimeMillis, (now) => now + offset),
    currentTimeNanos: Effect.map(real.currentTimeNanos, (now) => now + nanos),
    sleep: (duration) => real.sleep(duration),
  }
}
