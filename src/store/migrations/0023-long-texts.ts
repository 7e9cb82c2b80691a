import { CompiledQuery, type Migration } from "kysely"

/** What is stored already stays as it is. */
export const longTexts: Migration = {
  up: async (db) => {
    await db.executeQuery(
      CompiledQuery.raw(
        `COMMENT ON COLUMN raw.quarantine.payload IS 'The record as JSON; numbers are written as strings, digit for digit. Of a record of more than 16,000 characters the beginning, the length and the SHA-256: the page has all of it.'`,
      ),
    )
  },
}
