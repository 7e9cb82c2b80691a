import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import { command } from "../command.ts"
import { snapshotStore } from "../open-store.ts"
import { db, json } from "../options.ts"
import { writeOut } from "../output.ts"
import { cellText, textTable, toJson } from "../text-table.ts"

const columns = [
  "run_id",
  "started_at",
  "state",
  "coverage",
  "partitions_proven",
  "partitions",
  "records",
  "exceptions",
  "prepared_by",
  "reviewed_by",
  "detail",
]

const signerOf = (role: string): string =>
  `(SELECT any_value(signer) FROM recon.signatures AS s WHERE s.run_id = r.run_id AND s.role = '${role}')`

const runsSql = `
  SELECT ${columns.join(", ")}
  FROM (SELECT *, ${signerOf("preparer")} AS prepared_by, ${signerOf("reviewer")} AS reviewed_by FROM recon.runs AS r)
  ORDER BY run_id DESC`

export const runsCommand = command({
  name: "runs",
  about: "List the runs, newest first, as of the published snapshot, with who signed them.",
  rows: { db, json },
  run: (options) =>
    Effect.gen(function* () {
      const database = yield* Database
      const rows = yield* database.rows(runsSql)
      const table = textTable(
        [
          ...["run", "began", "state", "coverage", "proven", "lists", "records", "exceptions"],
          ...["prepared by", "reviewed by", "detail"],
        ],
        rows.map((row) => columns.map((column) => cellText(row[column] ?? null))),
        [false, false, false, false, true, true, true, true],
      )
      yield* writeOut(`${options.json ? toJson(rows) : table}\n`)
    }).pipe(Effect.provide(snapshotStore(options.db, "current"))),
})
