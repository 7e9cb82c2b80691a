import { createHash } from "node:crypto"
import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Data, Effect } from "effect"
import { writeRemedy } from "./write-remedy.ts"

/** A file could not be written; says which. */
export class WholeFileError extends Data.TaggedError("WholeFileError")<{
  readonly file: string
  readonly cause: PlatformError
}> {
  override get message(): string {
    const { message } = this.cause
    return `${this.file} could not be written (${message})${writeRemedy(message)}`
  }
}

/** Writes a file as its pieces come, whole or not at all; with these rights, where they are not those of all files. */
export const writeInPieces = <A, E, R>(
  file: string,
  body: (write: (bytes: Uint8Array) => Effect.Effect<void, WholeFileError>) => Effect.Effect<A, E, R>,
  rights: number | null = null,
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const partial = path.join(path.dirname(file), `.partial-${path.basename(file)}`)
    const fail = (cause: PlatformError) => new WholeFileError({ file, cause })
    const hash = createHash("sha256")
    let length = 0
    const made = yield* Effect.gen(function* () {
      const out = yield* Effect.mapError(fs.open(partial, { flag: "w" }), fail)
      const made = yield* body((bytes) => {
        hash.update(bytes)
        length += bytes.length
        return Effect.mapError(out.writeAll(bytes), fail)
      })
      yield* Effect.mapError(out.sync, fail)
      return made
    }).pipe(Effect.scoped)
    if (rights !== null) yield* Effect.mapError(fs.chmod(partial, rights), fail)
    yield* Effect.mapError(fs.rename(partial, file), fail)
    return { made, bytes: length, sha256: hash.digest("hex") }
  })

/** The same for a file that is in memory. */
export const writeWhole = (file: string, bytes: Uint8Array, rights: number | null = null) =>
  writeInPieces(file, (write) => write(bytes), rights)
