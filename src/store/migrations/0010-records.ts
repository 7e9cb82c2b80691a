import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, type TableDescription } from "../describe-table.ts"

const retirements: TableDescription = {
  name: "main.retirements",
  comment:
    "Customers that people retired because they left the roster; rows are only ever added. One who is on a later roster is retired no longer.",
  columns: [
    ["customer_id", "VARCHAR NOT NULL", "The customer."],
    [
      "last_seen_run",
      "VARCHAR NOT NULL",
      "The last run that had the customer on its roster then: holds as long as this is the last.",
    ],
    ["retired_at", "TIMESTAMPTZ NOT NULL", "When."],
    ["who", "VARCHAR NOT NULL", "Who retired the customer."],
    ["reason", "VARCHAR NOT NULL", "Why."],
  ],
}

/** Customers who left, and what a write-off accepted. */
export const records: Migration = {
  up: async (db) => {
    const statements = [
      ...createStatements(retirements),
      ...addColumn(
        "recon.exception_events",
        "accepted",
        "VARCHAR",
        "Of a write-off: the state of affairs that it accepted, as the check names it; NULL of every other event, and of earlier versions.",
      ),
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
