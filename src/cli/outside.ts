import { isAbsolute, join } from "node:path"
import type { Readable, Writable } from "node:stream"
import { Context, Effect } from "effect"

/** The signals that ask a command to end. Others end the process at once, as SIGKILL does. */
export type EndingSignal = "SIGINT" | "SIGTERM"

/**
 * What the program meets outside itself, besides files, environment and clock. Nothing need be given: the default is this
 * process's own. A test gives another, with streams that it reads and a folder of its own.
 */
export class Outside extends Context.Reference<Outside>()("tidemark/Outside", {
  defaultValue: () => ({
    stdin: process.stdin as Readable & { readonly isTTY?: boolean },
    stdout: process.stdout as Writable & { readonly isTTY?: boolean },
    stderr: process.stderr as Writable & { readonly isTTY?: boolean; readonly columns?: number },
    /** Relative paths of the command line begin here. */
    folder: process.cwd(),
    /** How a person calls the program: `tidemark`, `npx --no tidemark`. Hints name it so. */
    program: "tidemark",
    /** Ends with the signal that asks the command to end. */
    signal: Effect.never as Effect.Effect<EndingSignal>,
  }),
}) {}

/** A path of the command line. It stays as it was written where it begins in the process's own folder. */
export const inFolder = (folder: string, path: string): string =>
  isAbsolute(path) || folder === process.cwd() ? path : join(folder, path)
