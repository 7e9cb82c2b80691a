import type { Writable } from "node:stream"
import { Data, Effect } from "effect"
import { Outside } from "./outside.ts"

const readerGone = (cause: NodeJS.ErrnoException): boolean =>
  cause.code === "EPIPE" || cause.code === "ERR_STREAM_DESTROYED"

/** `Closed`: whoever read the output stopped reading, as `head` does. `Failed`: it could not be written, as on a full disk. */
export class OutputError extends Data.TaggedError("OutputError")<{
  readonly reason: "Closed" | "Failed"
  readonly cause: Error
}> {
  /** 141 is what a shell reports of a program whose reader went away (SIGPIPE). */
  get exitCode(): 141 | 1 {
    return this.reason === "Closed" ? 141 : 1
  }

  override get message(): string {
    return this.reason === "Closed" ? "" : `the output cannot be written: ${this.cause.message}`
  }
}

export const outputError = (cause: NodeJS.ErrnoException): OutputError =>
  new OutputError({ reason: readerGone(cause) ? "Closed" : "Failed", cause })

const write = (stream: Writable, text: string): Effect.Effect<void, OutputError> =>
  Effect.async((resume) => {
    stream.write(text, (error) => resume(error == null ? Effect.void : Effect.fail(outputError(error))))
  })

/** Data goes to stdout, everything meant for a person to stderr, so that a pipe carries data alone. */
export const writeOut = (text: string): Effect.Effect<void, OutputError> =>
  Effect.flatMap(Outside, ({ stdout }) => write(stdout, text))

/** A value as indented JSON on stdout. */
export const writeJson = (value: unknown): Effect.Effect<void, OutputError> =>
  writeOut(`${JSON.stringify(value, null, 2)}\n`)

/** What is only told stops no work where nobody listens. */
export const writeError = (text: string): Effect.Effect<void> =>
  Effect.flatMap(Outside, ({ stderr }) => Effect.ignore(write(stderr, text)))

/** On a terminal, takes away the line that is being redrawn. */
export const clearLine = "\r\u001b[K"

/** A sentence that says what to run, with the program as this person calls it. */
export const asCalled = (sentence: string, program: string): string =>
  sentence.replaceAll("run tidemark ", `run ${program} `)

/** A line for a person, which stands by itself even where progress is being drawn. */
export const tell = (line: string): Effect.Effect<void> =>
  Effect.flatMap(Outside, ({ program, stderr }) =>
    writeError(`${stderr.isTTY === true ? clearLine : ""}${asCalled(line, program)}\n`),
  )
