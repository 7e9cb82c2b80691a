import { Effect } from "effect"
import { describeStore } from "../../pipelines/dictionary/dictionary.ts"
import { Database } from "../../store/database.ts"
import { command } from "../command.ts"
import { UsageError } from "../ending.ts"
import { nearestNames } from "../nearest-names.ts"
import { snapshotStore } from "../open-store.ts"
import { argument, defaultTo, oneOf, optional, text } from "../option-row.ts"
import { db } from "../options.ts"
import { writeOut } from "../output.ts"
import { schemaForms } from "../schema-text.ts"

const rows = {
  format: defaultTo(
    oneOf(["table", "markdown", "json", "dbml"]),
    "table",
    "A table for people, Markdown, JSON, or DBML, which draws diagrams.",
  ),
  db,
  table: argument(optional(text("TABLE"), "One table or view alone, such as recon.exceptions.")),
}

export const schemaCommand = command({
  name: "schema",
  about:
    "Explain every table, view and column of the snapshot: type, unit, key, what it refers to, whether it is personal.",
  rows,
  run: ({ db, format, table }) =>
    Effect.gen(function* () {
      const all = yield* describeStore(yield* Database)
      const wanted = table === null ? all : all.filter(({ name }) => name === table || name.split(".")[1] === table)
      if (wanted.length === 0) {
        const near = nearestNames(
          table ?? "",
          all.map(({ name }) => name),
        )
        return yield* new UsageError({ detail: `there is no table ${table}; did you mean ${near.join(" or ")}?` })
      }
      yield* writeOut(schemaForms[format](wanted))
    }).pipe(Effect.provide(snapshotStore(db, "any version"))),
})
