import { Clock, Effect } from "effect"
import { type Progress, ProgressListener } from "../pipelines/progress.ts"

/** Data goes to stdout, everything meant for a person to stderr, so that a pipe carries data alone. */
export const writeOut = (text: string): Effect.Effect<void> => Effect.sync(() => void process.stdout.write(text))

export const writeError = (text: string): Effect.Effect<void> => Effect.sync(() => void process.stderr.write(text))

export const tell = (line: string): Effect.Effect<void> => writeError(`${line}\n`)

const grouped = new Intl.NumberFormat("en-US")

/** `14,403` */
export const count = (value: number): string => grouped.format(value)

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

const seconds = (millis: number): string => {
  const whole = Math.round(millis / 1000)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** Nothing happens oftener than the eye can follow. */
const redrawMillis = 100

/**
 * One line on a terminal that tells how far the run is: partitions, records, rate, retries, time left. Silent where
 * stderr is no terminal, so that a log file holds no half lines.
 */
export const progressLine: Effect.Effect<ProgressListener["Type"]> = Effect.gen(function* () {
  const startedAt = yield* Clock.currentTimeMillis
  let drawnAt = 0
  const draw = (text: string): Effect.Effect<void> => writeError(`\r\u001b[K${text}`)
  const line = ({ partitions, partitionsDone, records, retries }: Progress, now: number): string => {
    const elapsed = now - startedAt
    const rate = elapsed < 2000 ? "" : `, ${count(Math.round((records * 1000) / elapsed))}/s`
    // The first lists say little about the others.
    const left =
      partitionsDone * 10 < partitions || partitionsDone === partitions
        ? ""
        : `, about ${seconds((elapsed / partitionsDone) * (partitions - partitionsDone))} left`
    const again = retries === 0 ? "" : `, ${plural(retries, "retry", "retries")}`
    return `reading ${count(partitionsDone)} of ${plural(partitions, "list")}, ${plural(records, "record")}${rate}${again}${left}`
  }
  return {
    reading: (progress) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (now - drawnAt < redrawMillis && progress.partitionsDone < progress.partitions) return Effect.void
        drawnAt = now
        return draw(line(progress, now))
      }),
    step: (step) => draw(step === "reconciling" ? "reconciling…" : "writing reports…"),
  }
})

/** Runs an effect with the progress line, and clears the line at the end. */
export const withProgress = <A, E, R>(effect: Effect.Effect<A, E, R>, quiet: boolean): Effect.Effect<A, E, R> =>
  quiet || !process.stderr.isTTY
    ? effect
    : Effect.flatMap(progressLine, (listener) =>
        effect.pipe(Effect.provideService(ProgressListener, listener), Effect.ensuring(writeError("\r\u001b[K"))),
      )
