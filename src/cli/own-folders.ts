import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import type { Configuration } from "../pipelines/configuration/settings.ts"
import { packageReports } from "../pipelines/report/report-definitions.ts"
import { plural } from "../pipelines/run/quantities.ts"
import { inFolder, Outside } from "./outside.ts"

const folders = [
  ["reports", "ownReports"],
  ["checks", "ownChecks"],
] as const

/** A sentence for each folder of the working folder in which a partner's own files seem to lie and are not used. */
export const unusedFolders = (
  configuration: Configuration | null,
): Effect.Effect<ReadonlyArray<string>, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const { folder } = yield* Outside
    const shipped = packageReports()
    const sentences: Array<string> = []
    for (const [name, key] of folders) {
      const place = path.resolve(inFolder(folder, name))
      if (place === shipped || configuration?.[key].includes(place)) continue
      const names = yield* Effect.orElseSucceed(fs.readDirectory(place), () => [])
      const found = names.filter((file) => file.endsWith(".sql")).length
      if (found > 0) {
        const is = found === 1 ? "is" : "are"
        sentences.push(
          `${plural(found, "file")} in ${name}/ ${is} not used; if ${found === 1 ? "it is" : "they are"} meant to be, set "${key}": "${name}" in the configuration`,
        )
      }
    }
    return sentences
  })
