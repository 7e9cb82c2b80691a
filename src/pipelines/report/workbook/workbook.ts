import { type FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { writeXlsx } from "hucre/xlsx"
import type { ReportDefinitionError } from "../definition.ts"
import { nightFile } from "../nights.ts"
import { type ReportRowsError, reportRows } from "../report-rows.ts"
import { type WholeFileError, writeWhole } from "../whole-file.ts"
import type { Writer } from "../writer.ts"
import { type CoveredSheet, coverSheet } from "./cover.ts"
import { reportSheet } from "./sheet.ts"

/** A sheet's name has at most 31 characters; two reports that begin alike keep names of their own. */
const sheetNames = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const taken = new Set(["cover"])
  return names.map((name) => {
    let given = name.slice(0, 31)
    for (let nth = 2; taken.has(given); nth++) given = `${name.slice(0, 28)}_${nth}`
    taken.add(given)
    return given
  })
}

/**
 * The night as one workbook: a cover, and one sheet a report. The rows of all sheets are in memory at once, so each has at
 * most `workbookRows` of the configuration.
 */
export const workbookFile: Writer<
  ReportDefinitionError | ReportRowsError | WholeFileError,
  FileSystem.FileSystem | Path.Path
> = (night) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const { building, configuration, connection, definitions, place, places, run } = night
    const names = sheetNames(definitions.map(({ name }) => name))
    const sheets: ReadonlyArray<CoveredSheet> = yield* Effect.forEach(definitions, (definition, nth) =>
      Effect.map(reportRows(connection, definition, configuration.workbookRows), (report) => ({
        name: names[nth] ?? definition.name,
        report,
        csv: nightFile(place, ".csv", definition.name),
      })),
    )
    const begun = new Date(run.startedAt)
    const bytes = yield* Effect.promise(() =>
      writeXlsx({
        sheets: [
          coverSheet(night, sheets),
          ...sheets.map(({ csv, name, report }) => reportSheet(report, name, places, csv)),
        ],
        // Not the time of writing, so that the same night gives the same bytes.
        properties: { creator: "tidemark", created: begun, modified: begun },
      }),
    )
    const name = nightFile(place, ".xlsx")
    const { sha256 } = yield* writeWhole(path.join(building, name), bytes)
    const rows = sheets.reduce((sum, { report }) => sum + report.rows.length, 0)
    return [{ name, title: "The night as a workbook", sha256, bytes: bytes.length, rows }]
  })
