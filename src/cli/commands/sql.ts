import { Args, Command, Options } from "@effect/cli"
import { stringify } from "csv-stringify/sync"
import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import type { JsValue } from "../../store/dialect/read-value.ts"
import { UsageError } from "../exit-code.ts"
import { db } from "../options.ts"
import { writeOut } from "../terminal.ts"
import { cellText, textTable, toJson } from "../text-table.ts"
import { snapshotDatabase } from "../workplace.ts"

const format = Options.choice("format", ["table", "csv", "json"]).pipe(
  Options.withDescription("How rows are printed. Default: table. Decimals are printed exactly."),
  Options.withDefault("table" as const),
)

const statement = Args.text({ name: "statement" }).pipe(Args.withDescription("One SQL statement, in quotes."))

const isNumeric = (value: JsValue): boolean =>
  typeof value === "bigint" || typeof value === "number" || (typeof value === "string" && /^-?\d+\.\d+$/.test(value))

export const sqlCommand = Command.make("sql", { format, db, statement }, (options) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database
      .rows(options.statement)
      .pipe(
        Effect.mapError(
          (error) => new UsageError({ detail: error.cause instanceof Error ? error.cause.message : error.detail }),
        ),
      )
    const names = Object.keys(rows[0] ?? {})
    const cells = rows.map((row) => names.map((name) => cellText(row[name] ?? null)))
    if (options.format === "json") return yield* writeOut(`[${rows.map(toJson).join(",\n ")}]\n`)
    if (names.length === 0) return
    if (options.format === "csv") return yield* writeOut(stringify([names, ...cells], { record_delimiter: "windows" }))
    const right = names.map((name) => rows.every((row) => row[name] === null || isNumeric(row[name] ?? null)))
    yield* writeOut(`${textTable(names, cells, right)}\n`)
  }).pipe(Effect.provide(snapshotDatabase(options.db))),
).pipe(
  Command.withDescription(
    "Run one SQL statement, for reading only, on the snapshot that the last run published. Nothing waits for a running night.",
  ),
)
