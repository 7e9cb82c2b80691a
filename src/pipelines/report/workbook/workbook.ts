import { type FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { leavingRoom } from "../../../store/leaving-room.ts"
import type { ReportDefinitionError } from "../definition.ts"
import { nightFile } from "../nights.ts"
import { ReportRowsError } from "../report-rows.ts"
import { type WholeFileError, writeInPieces } from "../whole-file.ts"
import type { Writer } from "../writer.ts"
import { type CoveredSheet, coverSheet } from "./cover.ts"
import { bookParts, type Part, sheetPart } from "./parts.ts"
import { cutSentence, reportSheet } from "./sheet.ts"
import { sheetRows } from "./sheet-rows.ts"
import { zipFile } from "./zip.ts"

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
 * The night as one workbook: a cover, and one sheet a report. Rows are written as they come, of each report at most `workbookRows` of the configuration;
 * the cover, which tells of all, is written last.
 */
export const workbookFile: Writer<
  ReportDefinitionError | ReportRowsError | WholeFileError,
  FileSystem.FileSystem | Path.Path
> = (night) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const { building, configuration, connection, definitions, place, places, run } = night
    const names = sheetNames(definitions.map(({ name }) => name))
    const file = nightFile(place, ".xlsx")
    const { bytes, made, sha256 } = yield* writeInPieces(path.join(building, file), (write) =>
      Effect.gen(function* () {
        const zip = zipFile(write)
        const add = (part: Part, report = "cover") => zip.add(part, (cause) => new ReportRowsError({ report, cause }))
        for (const part of bookParts(["cover", ...names], run.startedAt)) yield* add(part)
        const covered: Array<CoveredSheet> = []
        let held = 0
        for (const [nth, definition] of definitions.entries()) {
          const { about, title } = definition
          const name = names[nth] ?? definition.name
          const csv = nightFile(place, ".csv", definition.name)
          const rows = yield* sheetRows(connection, definition, configuration.workbookRows, places).pipe(
            Effect.tap((rows) => add(sheetPart(nth + 1, reportSheet(rows, name, csv)), definition.name)),
            Effect.scoped,
          )
          covered.push({ name, title, about, total: rows.total, cut: cutSentence(rows, csv) })
          held += rows.held
        }
        yield* add(sheetPart(0, coverSheet(night, covered)))
        yield* zip.end
        return held
      }),
    )
    return [{ name: file, title: "The night as a workbook", sha256, bytes, rows: made }]
  }).pipe(leavingRoom(night.connection, 2))
