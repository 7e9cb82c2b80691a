import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, type TableDescription } from "../describe-table.ts"

const sealed: TableDescription = {
  name: "recon.seals",
  comment:
    "What a run or a person's act left in a table, as one hash; rows are only ever added, and each holds the hash of the one before. Of one table and run the newest counts. tidemark verify computes them anew.",
  columns: [
    ["seal_no", "BIGINT NOT NULL", "The order in which seals were made, from 1."],
    ["subject", "VARCHAR NOT NULL", "The table."],
    ["run_id", "VARCHAR", "The run whose rows are sealed; NULL where it is the whole table, or rows by their number."],
    ["first_no", "BIGINT", "The first event that is sealed, where the table is the log of events."],
    ["last_no", "BIGINT", "The last one."],
    ["columns", "VARCHAR[] NOT NULL", "The columns that are sealed, in this order."],
    ["rows", "BIGINT NOT NULL", "How many rows are sealed."],
    [
      "content_sha256",
      "VARCHAR NOT NULL",
      "SHA-256 over one line a row, sorted: the SHA-256 of its values as a JSON array.",
    ],
    ["previous_sha256", "VARCHAR", "The hash of the seal before; NULL for the first."],
    ["sha256", "VARCHAR NOT NULL", "SHA-256 over all the columns before, as one JSON array in their order."],
  ],
}

const columns: ReadonlyArray<readonly [table: string, name: string, type: string, comment: string]> = [
  ["recon.runs", "manifest_sha256", "VARCHAR", "SHA-256 of the run's manifest.json as it was written last, in hex."],
  [
    "recon.coverage",
    "restored_records",
    "BIGINT DEFAULT 0",
    "Records whose rows were not what had been stored of them: altered in the database, and put right by what the API says.",
  ],
]

/** What a run leaves is sealed, so that it can be proven afterwards. */
export const seals: Migration = {
  up: async (db) => {
    const statements = [...createStatements(sealed), ...columns.flatMap((column) => addColumn(...column))]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
