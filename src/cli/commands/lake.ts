import { Path } from "@effect/platform"
import { Effect } from "effect"
import { ddl, engines } from "../../pipelines/report/lake/ddl.ts"
import { columnsOf, LAKE_VERSION, writeLake } from "../../pipelines/report/lake/lake.ts"
import { lakeTables } from "../../pipelines/report/lake/tables.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { Database } from "../../store/database.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { snapshotStore } from "../open-store.ts"
import { oneOf, optional, path, required } from "../option-row.ts"
import { db, json, quiet } from "../options.ts"
import { writeOut } from "../output.ts"

const engineNames = Object.keys(engines) as ReadonlyArray<keyof typeof engines>

const rows = {
  to: required(path("DIR"), "The folder of the lake; the files lie below its folder v1."),
  ddl: optional(
    oneOf(engineNames),
    "Write nothing, and print the statements that make this engine see the lake, with the money test.",
  ),
  db,
  json,
  quiet,
}

export const lakeCommand = command({
  name: "lake",
  about:
    "Write the snapshot as Parquet for other engines: typed tables, exceptions, matches, roll-forward and coverage.",
  rows,
  run: (options) =>
    Effect.gen(function* () {
      if (options.ddl !== null) {
        const database = yield* Database
        const shapes = yield* Effect.forEach(lakeTables, (table) =>
          Effect.map(columnsOf(database, table), (columns) => ({ name: table.name, columns })),
        )
        const place = (yield* Path.Path).join(options.to, LAKE_VERSION)
        return yield* writeOut(ddl(options.ddl, shapes, place))
      }
      const { files, folder, rows, written } = yield* writeLake(options.to)
      const told = [`${folder}: ${plural(rows, "row")} in ${plural(files, "file")}, ${written} of them written anew`]
      yield* conclude(options, { json: { folder, rows, files, written, exitCode: 0 }, told, exitCode: 0 })
    }).pipe(Effect.provide(snapshotStore(options.db, "current", options.to))),
})
