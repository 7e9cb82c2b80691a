import { FileSystem } from "@effect/platform"
import { Effect } from "effect"

/** What reading to the end would wait for, or would never come to. */
const words: Readonly<Partial<Record<FileSystem.File.Type, string>>> = {
  Directory: "is a folder; name one file",
  BlockDevice: "is a device, not a file",
  CharacterDevice: "is a device, not a file",
  Socket: "is a socket, not a file",
}

/** A pipe gives what it has once, and nothing until somebody writes into it. */
const pipe = "is a pipe; save what it gives as a file, and name that"

/** Why a path cannot be read as a file that somebody gave; null where it can, or where reading it says what is wrong. */
export const fileFault = (
  path: string,
  pipes: "pipes too" | "no pipes",
): Effect.Effect<string | null, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.stat(path)).pipe(
    Effect.map(({ type }) => (type === "FIFO" ? (pipes === "no pipes" ? pipe : null) : (words[type] ?? null))),
    Effect.orElseSucceed(() => null),
  )
