import { Args, Command, Options } from "@effect/cli"
import { stringify } from "csv-stringify/sync"
import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import type { JsValue } from "../../store/dialect/read-value.ts"
import { type RowBatch, RowStream } from "../../store/dialect/row-stream.ts"
import { UsageError } from "../exit-code.ts"
import { choice } from "../option-kinds.ts"
import { db } from "../options.ts"
import { writeOut } from "../terminal.ts"
import { cellText, textTable, toJson } from "../text-table.ts"
import { snapshotDatabase } from "../workplace.ts"

const format = choice("format", ["table", "csv", "json"]).pipe(
  Options.withDescription("How rows are printed. Default: table. Decimals are printed exactly."),
  Options.withDefault("table" as const),
)

const statement = Args.text({ name: "statement" }).pipe(Args.withDescription("One SQL statement, in quotes."))

/** How rows become text: what comes before them, each batch, and what comes after. */
interface Printer {
  readonly begin: string
  readonly batch: (rows: RowBatch) => string
  readonly end: () => string
}

const isNumeric = (value: JsValue): boolean =>
  typeof value === "bigint" || typeof value === "number" || (typeof value === "string" && /^-?\d+\.\d+$/.test(value))

const tablePrinter = (names: ReadonlyArray<string>): Printer => {
  const all: Array<ReadonlyArray<JsValue>> = []
  return {
    begin: "",
    batch: (rows) => {
      all.push(...rows)
      return ""
    },
    end: () => {
      const right = names.map((_, column) => all.every((row) => row[column] == null || isNumeric(row[column])))
      const cells = all.map((row) => row.map(cellText))
      return names.length === 0 ? "" : `${textTable(names, cells, right)}\n`
    },
  }
}

const csvLines = (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  stringify([...rows], { record_delimiter: "windows", quoted_match: /[\r\n]/ })

const csvPrinter = (names: ReadonlyArray<string>): Printer => ({
  begin: csvLines([names]),
  batch: (rows) => csvLines(rows.map((row) => row.map(cellText))),
  end: () => "",
})

/** Two columns of one name stay apart: the second is called `name:1`. */
const distinctNames = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map((name, place) => {
    const before = names.slice(0, place).filter((other) => other === name).length
    return before === 0 ? name : `${name}:${before}`
  })

const jsonPrinter = (names: ReadonlyArray<string>): Printer => {
  const keys = distinctNames(names)
  let separator = ""
  return {
    begin: "[",
    batch: (rows) =>
      rows
        .map((row) => {
          const before = separator
          separator = ",\n "
          return before + toJson(Object.fromEntries(keys.map((key, column) => [key, row[column] ?? null])))
        })
        .join(""),
    end: () => "]\n",
  }
}

const printers = { table: tablePrinter, csv: csvPrinter, json: jsonPrinter }

const refused = (error: unknown): UsageError =>
  new UsageError({ detail: error instanceof Error ? error.message : String(error) })

export const sqlCommand = Command.make("sql", { format, db, statement }, (options) =>
  Effect.gen(function* () {
    const database = yield* Database
    const connection = yield* database.reader
    if (options.statement.trim() === "") return yield* new UsageError({ detail: "give one SQL statement, in quotes" })
    const statements = yield* Effect.tryPromise({
      try: () => connection.extractStatements(options.statement),
      catch: refused,
    })
    if (statements.count !== 1) {
      return yield* new UsageError({ detail: `one SQL statement is expected, and there are ${statements.count}` })
    }
    const rows = yield* Effect.tryPromise({ try: () => RowStream.open(connection, options.statement), catch: refused })
    const printer = printers[options.format](rows.columnNames)
    yield* writeOut(printer.begin)
    while (true) {
      const batch = yield* Effect.tryPromise({ try: () => rows.next(), catch: refused })
      if (batch.done === true) break
      yield* writeOut(printer.batch(batch.value))
    }
    yield* writeOut(printer.end())
  }).pipe(Effect.scoped, Effect.provide(snapshotDatabase(options.db))),
).pipe(
  Command.withDescription(
    "Run one SQL statement, for reading only, on the snapshot that the last run published. Nothing waits for a running night.",
  ),
)
