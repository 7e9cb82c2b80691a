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

/** Writes a file that is in memory, whole or not at all. */
export const writeWhole = (
  file: string,
  bytes: Uint8Array,
): Effect.Effect<
  { readonly bytes: number; readonly sha256: string },
  WholeFileError,
  FileSystem.FileSystem | Path.Path
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const partial = path.join(path.dirname(file), `.partial-${path.basename(file)}`)
    yield* Effect.gen(function* () {
      const out = yield* fs.open(partial, { flag: "w" })
      yield* out.writeAll(bytes)
      yield* out.sync
    }).pipe(
      Effect.scoped,
      Effect.andThen(fs.rename(partial, file)),
      Effect.mapError((cause) => new WholeFileError({ file, cause })),
    )
    return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
  })
