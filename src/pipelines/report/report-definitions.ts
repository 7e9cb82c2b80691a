import { join } from "node:path"
import { FileSystem, Path } from "@effect/platform"
import { Data, Effect } from "effect"
import { fileFault } from "../configuration/file-kind.ts"
import { packageFolder } from "../sql-file.ts"
import { parseDefinition, type ReportDefinition, ReportDefinitionError } from "./definition.ts"

/** The folder of report definitions is not where the program expects it. */
export class NoReportDefinitions extends Data.TaggedError("NoReportDefinitions")<{ readonly folder: string }> {
  readonly exitCode = 78
  override get message(): string {
    return `${this.folder}: there is no report definition (a .sql file) in this folder; install tidemark again`
  }
}

/** Where the package has its reports. */
export const packageReports = (): string => join(packageFolder(), "reports")

/** A folder of the partner's own reports is not there. */
export class NoSuchFolder extends Data.TaggedError("NoSuchFolder")<{ readonly folder: string }> {
  readonly exitCode = 78
  override get message(): string {
    return `${this.folder}: there is no such folder; correct ownReports in the configuration`
  }
}

const filesIn = <E>(folder: string, failed: () => E) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return (yield* Effect.mapError(fs.readDirectory(folder), failed)).filter((file) => file.endsWith(".sql")).sort()
  })

const readDefinition = <E>(folder: string, file: string, failed: () => E) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const sql = yield* Effect.mapError(fs.readFileString(path.join(folder, file)), failed)
    return yield* parseDefinition(file.slice(0, -".sql".length), sql)
  })

/** A report of the package. */
export const packageReport = (name: string) => {
  const folder = packageReports()
  return readDefinition(folder, `${name}.sql`, () => new NoReportDefinitions({ folder }))
}

/** The partner's own reports, by name; of two folders the later one counts. */
const ownDefinitions = (folders: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const own = new Map<string, ReportDefinition>()
    for (const folder of folders) {
      const failed = () => new NoSuchFolder({ folder })
      for (const file of yield* filesIn(folder, failed)) {
        const kind = yield* fileFault(path.join(folder, file), "no pipes")
        if (kind !== null) {
          const remedy = "Take it out of the folder"
          return yield* new ReportDefinitionError({ file: path.join(folder, file), line: null, problem: kind, remedy })
        }
        const definition = yield* Effect.catchTag(
          readDefinition(folder, file, failed),
          "ReportDefinitionError",
          (error) => Effect.fail(new ReportDefinitionError({ ...error, file: path.join(folder, file) })),
        )
        own.set(definition.name, { ...definition, own: path.join(folder, file) })
      }
    }
    return own
  })

/**
 * Every report definition, by name: the package's, and those of the partner's own folders, of which one with the name of a
 * package's takes its place.
 */
export const reportDefinitions = (
  ownFolders: ReadonlyArray<string>,
): Effect.Effect<
  ReadonlyArray<ReportDefinition>,
  ReportDefinitionError | NoReportDefinitions | NoSuchFolder,
  FileSystem.FileSystem | Path.Path
> =>
  Effect.gen(function* () {
    const folder = packageReports()
    const failed = () => new NoReportDefinitions({ folder })
    const files = yield* filesIn(folder, failed)
    if (files.length === 0) return yield* failed()
    const own = yield* ownDefinitions(ownFolders)
    const shipped = yield* Effect.forEach(files, (file) => readDefinition(folder, file, failed))
    const all = new Map([...shipped.map((definition) => [definition.name, definition] as const), ...own])
    return [...all.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  })

/** Names of reports that the package has, of which the partner's own took the place. */
export const replacedReports = (definitions: ReadonlyArray<ReportDefinition>) =>
  Effect.map(packageReportNames, (shipped) =>
    definitions.filter(({ name, own }) => own !== undefined && shipped.includes(name)),
  )

const packageReportNames = Effect.gen(function* () {
  const folder = packageReports()
  const files = yield* filesIn(folder, () => new NoReportDefinitions({ folder }))
  return files.map((file) => file.slice(0, -".sql".length))
})
