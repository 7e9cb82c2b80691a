import { Clock, Effect } from "effect"
import { type Progress, ProgressListener } from "../pipelines/run/progress.ts"
import { count, duration, plural } from "../pipelines/run/quantities.ts"
import { isLogged } from "./logging.ts"
import { clearLine, writeError } from "./output.ts"
import { Outside } from "./outside.ts"

type Listener = Pick<ProgressListener["Type"], "reading" | "step">

/** Nothing happens oftener than the eye can follow. */
const redrawMillis = 100

/** Often enough to see that a long run moves, seldom enough for a log. */
const logMillis = 10_000

/** Columns of a terminal that does not say how wide it is. */
const usualColumns = 80

/** How far the reading is: partitions, records, rate, retries, time left. */
const lineOf = ({ partitions, partitionsDone, records, retries }: Progress, elapsed: number): string => {
  const rate = elapsed < 2000 ? "" : `, ${count(Math.round((records * 1000) / elapsed))}/s`
  // The first lists say little about the others.
  const left =
    partitionsDone * 10 < partitions || partitionsDone === partitions
      ? ""
      : `, about ${duration((elapsed / partitionsDone) * (partitions - partitionsDone))} left`
  const again = retries === 0 ? "" : `, ${plural(retries, "retry", "retries")}`
  return `reading ${count(partitionsDone)} of ${plural(partitions, "list")}, ${plural(records, "record")}${rate}${again}${left}`
}

/** Whether something is told now: the last list always is, others at most once in a while. */
const everySoOften = (startedAt: number, pause: number) => {
  let toldAt = startedAt
  return ({ partitions, partitionsDone }: Progress, now: number): boolean => {
    if (now - toldAt < pause && partitionsDone < partitions) return false
    toldAt = now
    return true
  }
}

/** One line on a terminal, redrawn; cut to the terminal's width, because a line that wraps cannot be drawn over. */
const progressLine: Effect.Effect<Listener> = Effect.gen(function* () {
  const { stderr } = yield* Outside
  const startedAt = yield* Clock.currentTimeMillis
  const isDue = everySoOften(Number.NEGATIVE_INFINITY, redrawMillis)
  const draw = (text: string) => writeError(`${clearLine}${text.slice(0, (stderr.columns ?? usualColumns) - 1)}`)
  return {
    reading: (progress) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        isDue(progress, now) ? draw(lineOf(progress, now - startedAt)) : Effect.void,
      ),
    step: (step) => draw(step === "reconciling" ? "reconciling…" : "writing reports…"),
  }
})

/** How far the run is, as log lines in place of the line that is redrawn. */
const progressLog: Effect.Effect<Listener> = Effect.map(Clock.currentTimeMillis, (startedAt) => {
  const isDue = everySoOften(startedAt, logMillis)
  return {
    reading: (progress) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (!isDue(progress, now)) return Effect.void
        const { partitions, partitionsDone, records, requests, retries } = progress
        return Effect.logInfo("reading").pipe(
          Effect.annotateLogs({ partitionsDone, partitions, records, requests, retries }),
        )
      }),
    step: (step) => Effect.logInfo(step),
  }
})

/**
 * Runs an effect with the progress line, and clears the line at the end. Where logs were asked for, they tell the progress
 * instead: a line that is redrawn would run through theirs. Silent where stderr is no terminal, so that a file holds no
 * half lines.
 */
export const withProgress = <A, E, R>(effect: Effect.Effect<A, E, R>, quiet: boolean): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const { stderr } = yield* Outside
    const logged = yield* isLogged
    const drawn = !logged && !quiet && stderr.isTTY === true
    if (!logged && !drawn) return yield* effect
    const listener = yield* logged ? progressLog : progressLine
    const { began } = yield* ProgressListener
    const told = Effect.provideService(effect, ProgressListener, { began, ...listener })
    return yield* drawn ? Effect.ensuring(told, writeError(clearLine)) : told
  })
