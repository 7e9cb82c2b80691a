import { Command } from "@effect/cli"
import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import { db, json } from "../options.ts"
import { writeOut } from "../terminal.ts"
import { cellText, textTable, toJson } from "../text-table.ts"
import { snapshotDatabase } from "../workplace.ts"

const columns = [
  "run_id",
  "started_at",
  "state",
  "coverage",
  "partitions_proven",
  "partitions",
  "records",
  "exceptions",
  "detail",
]

export const runsCommand = Command.make("runs", { db, json }, (options) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows(`SELECT ${columns.join(", ")} FROM recon.runs ORDER BY run_id DESC`)
    yield* writeOut(
      options.json
        ? `${toJson(rows)}\n`
        : `${textTable(
            ["run", "began", "state", "coverage", "proven", "lists", "records", "exceptions", "detail"],
            rows.map((row) => columns.map((column) => cellText(row[column] ?? null))),
            [false, false, false, false, true, true, true, true, false],
          )}\n`,
    )
  }).pipe(Effect.provide(snapshotDatabase(options.db))),
).pipe(Command.withDescription("List the runs, newest first, as of the published snapshot."))
