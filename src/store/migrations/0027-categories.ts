import { CompiledQuery, type Migration } from "kysely"

const categories =
  "matched, within tolerance, exception, in flight, void, unreferenced, unproven, not read or switched off"

const comments: Readonly<Record<string, string>> = {
  "conservation.category": `${categories}; total is the count and sum of the typed tables.`,
  "runs.exceptions":
    "Exceptions that were open when the run had judged, as the night tells them: without those that people accepted, and those of customers who are not on the roster.",
  "judged.category": `${categories}.`,
  "judged.leg": "The movement''s direction, CREDIT or DEBIT; FEE where a conversion''s fee is of a third currency.",
  "judged.actual": "Of a movement, what its posted transactions moved together; of a transaction, its net amount.",
}

/** Categories and sums came after these columns were first explained. */
export const categoriesInWords: Migration = {
  up: async (db) => {
    for (const [column, comment] of Object.entries(comments))
      await db.executeQuery(CompiledQuery.raw(`COMMENT ON COLUMN recon.${column} IS '${comment}'`))
  },
}
