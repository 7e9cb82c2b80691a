import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

/** Bookings of statements that are in the store are of no known entry until their file comes again. */
export const entries: Migration = {
  up: async (db) => {
    const statements = [
      ...addColumn(
        "recon.book_bookings",
        "entry",
        "VARCHAR",
        "The bank's entry that it is, or is a part of, as every message of the bank knows it; NULL where the bank gives no reference, or one twice.",
      ),
      ...addColumn(
        "recon.book_bookings",
        "told",
        "BIGINT",
        "By how many transactions the statement tells the entry; 0 where it gives the amount alone.",
      ),
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
