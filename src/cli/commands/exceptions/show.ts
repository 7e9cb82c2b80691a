import { Effect } from "effect"
import { evidenceOf } from "../../../pipelines/exceptions/evidence.ts"
import { checksWith } from "../../../pipelines/reconcile/checks.ts"
import { Database } from "../../../store/database.ts"
import type { JsValue } from "../../../store/dialect/read-value.ts"
import { command } from "../../command.ts"
import { evidenceText } from "../../evidence-text.ts"
import { snapshotStore } from "../../open-store.ts"
import { argument, required, text } from "../../option-row.ts"
import { config, db, json } from "../../options.ts"
import { writeOut } from "../../output.ts"
import { toJson } from "../../text-table.ts"
import { configurationOf } from "../../workplace.ts"

const id = argument(required(text("ID"), "The exception, by its id or enough of the id's beginning."))

export const showCommand = command({
  name: "exceptions show",
  about:
    "Show everything known of one exception: both records as received, the pages that hold them, earlier values, the check and its query, and what was done.",
  rows: { config, db, json, id },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const checks = yield* checksWith(configuration.ownChecks)
      const evidence = yield* Effect.flatMap(Database, (database) =>
        evidenceOf(database, configuration.contract, checks, options.id),
      ).pipe(Effect.provide(snapshotStore(options.db, "current")))
      yield* writeOut(options.json ? `${toJson(evidence as unknown as JsValue)}\n` : `${evidenceText(evidence)}\n`)
    }),
})
