import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

export const apiOfTheStore: Migration = {
  up: async (db) => {
    const comment =
      "The client id that the run asked as; null in runs of earlier versions. With api it says to whom the store belongs."
    for (const statement of addColumn("recon.runs", "client_id", "VARCHAR", comment)) {
      await db.executeQuery(CompiledQuery.raw(statement))
    }
  },
}
