import { Args, Command } from "@effect/cli"
import { Effect } from "effect"
import { evidenceOf } from "../../../pipelines/exceptions/evidence.ts"
import { checks } from "../../../pipelines/reconcile/checks.ts"
import { Database } from "../../../store/database.ts"
import type { JsValue } from "../../../store/dialect/read-value.ts"
import { currentSnapshot } from "../../current-snapshot.ts"
import { evidenceText } from "../../evidence-text.ts"
import { config, db, json } from "../../options.ts"
import { writeOut } from "../../terminal.ts"
import { toJson } from "../../text-table.ts"
import { configurationOf } from "../../workplace.ts"

const id = Args.text({ name: "id" }).pipe(
  Args.withDescription("The exception, by its id or enough of the id's beginning."),
)

export const showCommand = Command.make("show", { id, config, db, json }, (options) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const evidence = yield* Effect.flatMap(Database, (database) =>
      evidenceOf(database, configuration.contract, checks, options.id),
    ).pipe(Effect.provide(currentSnapshot(options.db)))
    yield* writeOut(options.json ? `${toJson(evidence as unknown as JsValue)}\n` : `${evidenceText(evidence)}\n`)
  }),
).pipe(
  Command.withDescription(
    "Show everything known of one exception: both records as received, the pages that hold them, earlier values, the check and its query, and what was done.",
  ),
)
