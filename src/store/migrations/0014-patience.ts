import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

const columns: ReadonlyArray<readonly [name: string, type: string, comment: string]> = [
  ["limited_ms", "BIGINT", "How long the whole run held, because the API limits how much is asked; milliseconds."],
  ["limit_refusals", "BIGINT", "How often a request was told of the API's limit."],
  ["silent_ms", "BIGINT", "How long the whole run held, because nobody answered; milliseconds."],
  ["learnt_rate", "DOUBLE", "Requests a second that got through the API's limit; null where none was met."],
]

export const patience: Migration = {
  up: async (db) => {
    const statements = columns.flatMap((column) => addColumn("recon.runs", ...column))
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
