import { Duration, Effect, Random } from "effect"
import type { RetryRow } from "./retry-policy.ts"

/**
 * The wait in milliseconds before the try that follows `tries` tries of a class: full jitter between half the first
 * delay and the grown delay, never less than what the API asked for.
 */
export const retryWait = (row: RetryRow, tries: number, askedMillis: number): Effect.Effect<number> => {
  const first = Duration.toMillis(row.firstDelay)
  const grown = Math.min(Duration.toMillis(row.cap), first * row.growth ** (tries - 1))
  if (grown === 0) return Effect.succeed(askedMillis)
  return Effect.map(Random.nextRange(first / 2, Math.max(grown, first / 2 + 1)), (drawn) =>
    Math.max(Math.round(drawn), askedMillis),
  )
}
