import { FileSystem } from "@effect/platform"
import { SystemError } from "@effect/platform/Error"
import { Effect } from "effect"

const failure = (reason: SystemError["reason"], method: string, path: string, description: string) =>
  Effect.fail(new SystemError({ reason, module: "FileSystem", method, pathOrDescriptor: path, description }))

/** A file system of one flat folder in memory; `refuse` makes every write fail as a full disk or a denied folder does. */
export const memoryFiles = (files: Map<string, string>, refuse: { sentence: string | null } = { sentence: null }) => {
  const existing = (method: string, path: string) => {
    const text = files.get(path)
    return text === undefined ? failure("NotFound", method, path, "ENOENT: no such file") : Effect.succeed(text)
  }
  return FileSystem.layerNoop({
    exists: (path) => Effect.sync(() => files.has(path)),
    readFileString: (path) => Effect.suspend(() => existing("readFile", path)),
    writeFileString: (path, text) =>
      Effect.suspend(() =>
        refuse.sentence === null
          ? Effect.sync(() => void files.set(path, text))
          : failure("Unknown", "writeFile", path, refuse.sentence),
      ),
    rename: (from, to) =>
      Effect.flatMap(
        Effect.suspend(() => existing("rename", from)),
        (text) =>
          Effect.sync(() => {
            files.set(to, text)
            files.delete(from)
          }),
      ),
    link: (from, to) =>
      Effect.flatMap(
        Effect.suspend(() => existing("link", from)),
        (text) =>
          files.has(to)
            ? failure("AlreadyExists", "link", to, "EEXIST: file already exists")
            : Effect.sync(() => void files.set(to, text)),
      ),
    remove: (path) => Effect.sync(() => void files.delete(path)),
  })
}
