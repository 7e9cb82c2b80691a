import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Data, Effect, Either } from "effect"
import { makeFolder } from "../make-folder.ts"
import { writeRemedy } from "./write-remedy.ts"

/** A folder or the link to the newest one could not be put in place. */
export class AtomicFolderError extends Data.TaggedError("AtomicFolderError")<{
  readonly reason: "FileSystem" | "LatestIsNotALink"
  readonly path: string
  readonly cause?: PlatformError
}> {
  override get message(): string {
    if (this.reason === "LatestIsNotALink") {
      return `${this.path} is a file or folder that Tidemark did not make: move it away, so that the link can take its place`
    }
    const words = this.cause?.message ?? ""
    return `${this.path} could not be put in place (${words})${writeRemedy(words)}`
  }
}

const PARTIAL = ".partial-"
const REPLACED = ".replaced-"

/**
 * Builds a folder under a temporary name beside `target` and renames it at the end, so that a crash leaves no half folder
 * under the final name. A folder that was there is replaced, and stays if the building fails. One process at a time may
 * build in the parent folder: what it finds there of an earlier crash, it removes.
 */
export const buildFolder = <A, E, R>(
  target: string,
  build: (folder: string) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | AtomicFolderError, R | FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const parent = path.dirname(target)
    const partial = path.join(parent, PARTIAL + path.basename(target))
    const replaced = path.join(parent, REPLACED + path.basename(target))
    const remove = (folder: string) => fs.remove(folder, { recursive: true, force: true })

    yield* Effect.gen(function* () {
      yield* makeFolder(parent)
      yield* recover(parent)
      yield* fs.makeDirectory(partial)
    }).pipe(failAs(target))

    const built = yield* build(partial).pipe(Effect.onError(() => Effect.ignore(remove(partial))))

    // The two renames belong together; a crash between them is what recover() puts right.
    yield* Effect.gen(function* () {
      if (!(yield* fs.exists(target))) return yield* fs.rename(partial, target)
      yield* fs.rename(target, replaced)
      yield* fs.rename(partial, target).pipe(Effect.onError(() => Effect.ignore(fs.rename(replaced, target))))
      yield* remove(replaced)
    }).pipe(Effect.uninterruptible, failAs(target))
    return built
  })

/** Removes what earlier crashes left, and puts back a folder whose replacement did not arrive. */
const recover = (parent: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    for (const entry of yield* fs.readDirectory(parent)) {
      if (entry.startsWith(REPLACED)) {
        const target = path.join(parent, entry.slice(REPLACED.length))
        if (!(yield* fs.exists(target))) yield* fs.rename(path.join(parent, entry), target)
      }
      if (entry.startsWith(REPLACED) || entry.startsWith(PARTIAL)) {
        yield* fs.remove(path.join(parent, entry), { recursive: true, force: true })
      }
    }
  })

/**
 * Makes `<out>/latest` a relative symbolic link to `target`, replacing an earlier link in one step. A file or folder of
 * that name is somebody's own and is never touched.
 */
export const pointLatest = (
  out: string,
  target: string,
): Effect.Effect<void, AtomicFolderError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const link = path.join(out, "latest")
    const temporary = path.join(out, `${PARTIAL}latest`)
    const existing = yield* Effect.either(fs.readLink(link))
    if (Either.isLeft(existing) && !isNotFound(existing.left)) {
      return yield* new AtomicFolderError({ reason: "LatestIsNotALink", path: link })
    }
    yield* Effect.gen(function* () {
      yield* fs.remove(temporary, { force: true })
      yield* fs.symlink(path.relative(out, target), temporary)
      yield* fs.rename(temporary, link)
    }).pipe(failAs(link))
  })

const isNotFound = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "NotFound"

const failAs = (path: string) =>
  Effect.mapError((cause: PlatformError) => new AtomicFolderError({ reason: "FileSystem", path, cause }))
