import { Command } from "@effect/cli"
import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import { currentSnapshot } from "../current-snapshot.ts"
import { db, json } from "../options.ts"
import { writeOut } from "../terminal.ts"
import { cellText, textTable, toJson } from "../text-table.ts"
import { signCommand } from "./runs/sign.ts"
import { verifySignaturesCommand } from "./runs/verify-signatures.ts"

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

export const runsCommand = Command.make("runs", { db, json }, (options) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows(runsSql)
    yield* writeOut(
      options.json
        ? `${toJson(rows)}\n`
        : `${textTable(
            [
              ...["run", "began", "state", "coverage", "proven", "lists", "records", "exceptions"],
              ...["prepared by", "reviewed by", "detail"],
            ],
            rows.map((row) => columns.map((column) => cellText(row[column] ?? null))),
            [false, false, false, false, true, true, true, true],
          )}\n`,
    )
  }).pipe(Effect.provide(currentSnapshot(options.db))),
).pipe(
  Command.withDescription("List the runs, newest first, as of the published snapshot, with who signed them."),
  Command.withSubcommands([signCommand, verifySignaturesCommand]),
)
