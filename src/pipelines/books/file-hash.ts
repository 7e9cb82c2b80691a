import { createHash } from "node:crypto"
import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"
import { BookFileError } from "./readers/reader.ts"

/** SHA-256 and size of a file, which is read once for both. */
export const hashOf = (
  file: string,
  path: string,
): Effect.Effect<{ readonly sha256: string; readonly bytes: number }, BookFileError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const hash = createHash("sha256")
    let bytes = 0
    yield* fs.stream(path).pipe(
      Stream.mapError(
        () => new BookFileError({ file, line: null, detail: "cannot be read; check the path and its rights" }),
      ),
      Stream.runForEach((chunk) =>
        Effect.sync(() => {
          hash.update(chunk)
          bytes += chunk.length
        }),
      ),
    )
    return { sha256: hash.digest("hex"), bytes }
  })
