import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

const columns: ReadonlyArray<readonly [table: string, name: string, type: string, comment: string]> = [
  ["recon.runs", "judged_by_sha256", "VARCHAR", "SHA-256 over the configuration and the checks that judged the run."],
  [
    "recon.runs",
    "judgement_sha256",
    "VARCHAR",
    "SHA-256 over what they found, the partner's own books aside: judged anew by the same checks, a run must give the same.",
  ],
]

export const determinism: Migration = {
  up: async (db) => {
    for (const statement of columns.flatMap((column) => addColumn(...column))) {
      await db.executeQuery(CompiledQuery.raw(statement))
    }
  },
}
