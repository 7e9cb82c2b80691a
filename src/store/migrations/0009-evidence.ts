import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

const columns = [
  [
    "raw.quarantine",
    "readable",
    "VARCHAR",
    "What of the record can be read, as JSON by column: a text, or null where it says none. A column that is missing cannot be read; NULL for records of earlier versions, of which nothing is known.",
  ],
  ["recon.exceptions", "at_stake", "DECIMAL(38,18)", "The money that the exception is about, without sign."],
  [
    "recon.exceptions",
    "state_of_affairs",
    "VARCHAR",
    "What it is about, as its check names it: a write-off accepts this, and another state opens the exception again.",
  ],
] as const

/** What the money test and its evidence need of the fixed tables; all else that they publish is made anew by each run. */
export const evidence: Migration = {
  up: async (db) => {
    for (const statement of columns.flatMap(([table, name, type, comment]) => addColumn(table, name, type, comment))) {
      await db.executeQuery(CompiledQuery.raw(statement))
    }
  },
}
