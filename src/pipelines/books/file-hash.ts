import { createHash } from "node:crypto"
import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"
import { BookFileError } from "./readers/reader.ts"

/** DuckDB takes these for compressed, by their name, and reads the text that they hold. */
const compressed = /\.(gz|zst)$/i

/** Takes a text chunk by chunk, because a character may lie across two; without a chunk, the text must be at its end. */
const utf8Check = (file: string): ((chunk?: Uint8Array) => Effect.Effect<void, BookFileError>) => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  return (chunk) =>
    Effect.try({
      try: () => void decoder.decode(chunk, { stream: chunk !== undefined }),
      catch: () =>
        new BookFileError({ file, line: null, detail: "is not UTF-8; save it as UTF-8 and import it again" }),
    })
}

/** SHA-256 and size of a file, which is read once for both; a text that is not UTF-8 is refused on the way. */
export const hashOf = (
  file: string,
  path: string,
  isText: boolean,
): Effect.Effect<{ readonly sha256: string; readonly bytes: number }, BookFileError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const hash = createHash("sha256")
    const check = isText && !compressed.test(file) ? utf8Check(file) : () => Effect.void
    let bytes = 0
    yield* fs.stream(path).pipe(
      Stream.mapError(
        () => new BookFileError({ file, line: null, detail: "cannot be read; check the path and its rights" }),
      ),
      Stream.runForEach((chunk) =>
        Effect.suspend(() => {
          hash.update(chunk)
          bytes += chunk.length
          return check(chunk)
        }),
      ),
    )
    yield* check()
    return { sha256: hash.digest("hex"), bytes }
  })
