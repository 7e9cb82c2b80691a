import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, type TableDescription } from "../describe-table.ts"

const notes: TableDescription = {
  name: "recon.notes",
  comment: "What a person should know of a judgement besides its exceptions: settings that name nothing, for one.",
  columns: [
    ["run_id", "VARCHAR NOT NULL", "The run; ids sort by the time the run began."],
    ["note", "VARCHAR NOT NULL", "A sentence."],
  ],
}

const columns: ReadonlyArray<readonly [table: string, name: string, type: string, comment: string]> = [
  [
    "recon.settings",
    "is_default",
    "BOOLEAN",
    "Whether the program would have judged so by itself; false where the configuration says otherwise.",
  ],
  [
    "recon.runs",
    "night",
    "BOOLEAN",
    "Whether the run is a whole night's: one that was read and not judged, or not reported, goes on with the next night.",
  ],
]

export const nights: Migration = {
  up: async (db) => {
    const statements = [...createStatements(notes), ...columns.flatMap((column) => addColumn(...column))]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
