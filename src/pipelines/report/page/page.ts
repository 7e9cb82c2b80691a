import { type FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { leavingRoom } from "../../../store/leaving-room.ts"
import type { ReportDefinitionError } from "../definition.ts"
import { PAGE_FILE } from "../nights.ts"
import { type ReportRowsError, reportRows } from "../report-rows.ts"
import { type WholeFileError, writeWhole } from "../whole-file.ts"
import type { Writer } from "../writer.ts"
import { nightPage } from "./night-page.ts"
import { readSections, sectionNames } from "./sections.ts"

/** More exceptions than anybody reads on a page; the CSV file has them all. */
const mostExceptions = 1000

/** The night as one page for people, `index.html`. Its rows are those of the exceptions that it shows. */
export const pageFile: Writer<
  ReportDefinitionError | ReportRowsError | WholeFileError,
  FileSystem.FileSystem | Path.Path
> = (night) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const { building, connection, definitions } = night
    const definition = definitions.find(({ name }) => name === "exceptions")
    const exceptions = definition === undefined ? null : yield* reportRows(connection, definition, mostExceptions)
    const text = nightPage({ night, sections: yield* readSections(connection, sectionNames), exceptions })
    const { bytes, sha256 } = yield* writeWhole(path.join(building, PAGE_FILE), Buffer.from(text, "utf8"))
    return [{ name: PAGE_FILE, title: "The night on one page", sha256, bytes, rows: exceptions?.rows.length ?? 0 }]
  }).pipe(leavingRoom(night.connection, 2))
