import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

const inOrder = "The run; ids sort in the order in which runs began, whatever the clock said."

/** Which clock a run went by. */
export const clock: Migration = {
  up: async (db) => {
    const statements = [
      ...addColumn(
        "recon.runs",
        "clock_offset_ms",
        "BIGINT",
        "The API's clock less this machine's, in milliseconds, where the run's times were corrected by it; NULL where the two agree within two minutes.",
      ),
      `COMMENT ON COLUMN recon.runs.run_id IS '${inOrder}'`,
      "COMMENT ON COLUMN recon.runs.started_at IS 'When the run began, by the API''s clock. Grace and age are counted to this instant.'",
      "COMMENT ON COLUMN recon.runs.finished_at IS 'When the run''s last step ended, by the API''s clock.'",
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
