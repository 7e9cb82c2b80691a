import { type FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { type CsvFileError, writeCsv } from "./csv-file.ts"
import type { ReportDefinitionError } from "./definition.ts"
import { nightFile } from "./nights.ts"
import type { Writer } from "./writer.ts"

/** One CSV file a report. */
export const csvFiles: Writer<ReportDefinitionError | CsvFileError, FileSystem.FileSystem | Path.Path> = ({
  building,
  configuration,
  connection,
  definitions,
  place,
  places,
}) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    return yield* Effect.forEach(definitions, (definition) => {
      const name = nightFile(place, ".csv", definition.name)
      const file = path.join(building, name)
      return Effect.map(
        writeCsv({ connection, definition, file, places, form: configuration.csv }),
        ({ bytes, rows, sha256 }) => ({ name, title: definition.title, sha256, bytes, rows }),
      )
    })
  })
