import { fileURLToPath } from "node:url"
import { FileSystem, Path } from "@effect/platform"
import { Data, Effect } from "effect"
import { parseDefinition, type ReportDefinition, type ReportDefinitionError } from "./definition.ts"

/** The folder of report definitions is not where the program expects it. */
export class NoReportDefinitions extends Data.TaggedError("NoReportDefinitions")<{ readonly folder: string }> {
  readonly exitCode = 78
  override get message(): string {
    return `${this.folder}: there is no report definition (a .sql file) in this folder; install tidemark again`
  }
}

/** The folder `reports/` of the installed package: beside the nearest package.json above this file. */
const packageReports: Effect.Effect<string, NoReportDefinitions, FileSystem.FileSystem | Path.Path> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    let folder = path.dirname(fileURLToPath(import.meta.url))
    while (folder !== path.dirname(folder)) {
      if (yield* Effect.orElseSucceed(fs.exists(path.join(folder, "package.json")), () => false)) break
      folder = path.dirname(folder)
    }
    return path.join(folder, "reports")
  },
)

/** Every report definition, by name. An analyst adds a report by adding a file to the folder. */
export const reportDefinitions: Effect.Effect<
  ReadonlyArray<ReportDefinition>,
  ReportDefinitionError | NoReportDefinitions,
  FileSystem.FileSystem | Path.Path
> = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* packageReports
  const failed = () => new NoReportDefinitions({ folder })
  const files = (yield* Effect.mapError(fs.readDirectory(folder), failed))
    .filter((file) => file.endsWith(".sql"))
    .sort()
  if (files.length === 0) return yield* failed()
  return yield* Effect.forEach(files, (file) =>
    fs.readFileString(path.join(folder, file)).pipe(
      Effect.mapError(failed),
      Effect.flatMap((sql) => parseDefinition(file.slice(0, -".sql".length), sql)),
    ),
  )
})
