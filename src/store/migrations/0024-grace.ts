import { CompiledQuery, type Migration } from "kysely"
import { createStatements, type TableDescription } from "../describe-table.ts"

const begun: TableDescription = {
  name: "recon.grace_begun",
  comment:
    "Differences that were in flight on some night and were not proven settled since, so that the grace of each begins once.",
  columns: [
    [
      "difference",
      "VARCHAR NOT NULL",
      "The record whose money differs, as list/record; else the exception that it would be.",
    ],
    ["customer_id", "VARCHAR", "The customer."],
    ["run_id", "VARCHAR NOT NULL", "The first run that saw it."],
    ["began_at", "TIMESTAMPTZ NOT NULL", "When that run began: grace is counted from there at the latest."],
  ],
}

/** What was in flight before is not on record: its grace begins with the next night. */
export const grace: Migration = {
  up: async (db) => {
    for (const statement of createStatements(begun)) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
