import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

export const settings: Migration = {
  up: async (db) => {
    const column = addColumn(
      "recon.settings",
      "is_default",
      "BOOLEAN",
      "Whether the program would have judged so by itself; false where the configuration says otherwise.",
    )
    for (const statement of column) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
