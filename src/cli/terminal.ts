import type { Writable } from "node:stream"
import { Clock, Data, Effect, FiberRef, HashSet } from "effect"
import { type Progress, ProgressListener } from "../pipelines/run/progress.ts"
import { progressLog } from "./progress-log.ts"

/** `Closed`: whoever read the output stopped reading, as `head` does. `Failed`: it could not be written, as on a full disk. */
export class OutputError extends Data.TaggedError("OutputError")<{
  readonly reason: "Closed" | "Failed"
  readonly cause: Error
}> {
  override get message(): string {
    return `the output cannot be written: ${this.cause.message}`
  }
}

export const outputError = (cause: NodeJS.ErrnoException): OutputError =>
  new OutputError({
    reason: cause.code === "EPIPE" || cause.code === "ERR_STREAM_DESTROYED" ? "Closed" : "Failed",
    cause,
  })

const write = (stream: Writable, text: string): Effect.Effect<void, OutputError> =>
  Effect.async((resume) => {
    stream.write(text, (error) => resume(error == null ? Effect.void : Effect.fail(outputError(error))))
  })

/** Data goes to stdout, everything meant for a person to stderr, so that a pipe carries data alone. */
export const writeOut = (text: string): Effect.Effect<void, OutputError> =>
  Effect.suspend(() => write(process.stdout, text))

/** What is only told stops no work where nobody listens. */
export const writeError = (text: string): Effect.Effect<void> =>
  Effect.ignore(Effect.suspend(() => write(process.stderr, text)))

export const tell = (line: string): Effect.Effect<void> => writeError(`${line}\n`)

const grouped = new Intl.NumberFormat("en-US")

/** `14,403` */
export const count = (value: number): string => grouped.format(value)

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

/** `12 s`, `3 min 5 s` */
export const duration = (millis: number): string => {
  const whole = Math.round(millis / 1000)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const byteUnits = ["bytes", "kB", "MB", "GB", "TB"] as const

/** `812 bytes`, `1.2 MB`; a kB is 1,000 bytes. */
export const byteSize = (bytes: number): string => {
  const unit = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return unit === 0 ? plural(bytes, "byte") : `${(bytes / 1000 ** unit).toFixed(1)} ${byteUnits[unit]}`
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
        : `, about ${duration((elapsed / partitionsDone) * (partitions - partitionsDone))} left`
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

/**
 * Runs an effect with the progress line, and clears the line at the end. Where logs were asked for, they tell the progress
 * instead: a line that is redrawn would run through theirs.
 */
export const withProgress = <A, E, R>(effect: Effect.Effect<A, E, R>, quiet: boolean): Effect.Effect<A, E, R> =>
  Effect.flatMap(FiberRef.get(FiberRef.currentLoggers), (loggers) => {
    if (HashSet.size(loggers) > 0) {
      return Effect.flatMap(progressLog, (listener) => Effect.provideService(effect, ProgressListener, listener))
    }
    if (quiet || !process.stderr.isTTY) return effect
    return Effect.flatMap(progressLine, (listener) =>
      effect.pipe(Effect.provideService(ProgressListener, listener), Effect.ensuring(writeError("\r\u001b[K"))),
    )
  })
