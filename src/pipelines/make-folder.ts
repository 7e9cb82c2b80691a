import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Effect } from "effect"

/**
 * Makes a folder, and those above it that are missing, one by one. Node's own way of making them all at once never ends below
 * /proc, where a folder can be neither found nor made.
 */
export const makeFolder = (folder: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const isThere = Effect.match(fs.stat(folder), {
      onFailure: () => false,
      onSuccess: ({ type }) => type === "Directory",
    })
    if (yield* isThere) return
    const above = path.dirname(folder)
    if (above !== folder) yield* makeFolder(above)
    // Another process may have made it meanwhile.
    yield* Effect.catchAll(fs.makeDirectory(folder), (error) =>
      Effect.if(isThere, { onTrue: () => Effect.void, onFalse: () => Effect.fail(error) }),
    )
  })
