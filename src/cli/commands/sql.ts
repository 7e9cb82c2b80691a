import { text as allOf } from "node:stream/consumers"
import type { DuckDBConnection } from "@duckdb/node-api"
import { FileSystem } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { stringify } from "csv-stringify/sync"
import { Effect } from "effect"
import { fileFault } from "../../pipelines/configuration/file-kind.ts"
import { RFC_4180 } from "../../pipelines/report/csv-text.ts"
import { beginReports } from "../../pipelines/report/report-session.ts"
import { summarize } from "../../pipelines/run/run-summary.ts"
import { asking as askingStore } from "../../store/asking.ts"
import { Database } from "../../store/database.ts"
import type { JsValue } from "../../store/dialect/read-value.ts"
import { type RowBatch, RowStream } from "../../store/dialect/row-stream.ts"
import { command } from "../command.ts"
import { UsageError } from "../ending.ts"
import { snapshotStore } from "../open-store.ts"
import { argument, defaultTo, oneOf, optional, path, repeated, text } from "../option-row.ts"
import { db } from "../options.ts"
import { writeOut } from "../output.ts"
import { Outside } from "../outside.ts"
import { cellText, textTable, toJson } from "../text-table.ts"

const rows = {
  format: defaultTo(
    oneOf(["table", "csv", "json", "jsonl"]),
    "table",
    "How rows are printed; jsonl is a JSON object a line. Decimals are printed exactly.",
  ),
  output: optional(path("FILE"), "Write the rows there in place of stdout; the file appears when it is whole."),
  parameter: repeated(
    text("NAME=VALUE"),
    "A value for $NAME in the statement, as text; cast where another type is meant: $least::DECIMAL(38,18).",
  ),
  db,
  file: optional(path("FILE"), "A file that holds the statement, in place of the argument."),
  statement: argument(
    optional(text("STATEMENT"), "One SQL statement, in quotes. Without it and --file, it is read from stdin."),
  ),
}

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

const csvLines = (rows: ReadonlyArray<ReadonlyArray<string>>): string => stringify([...rows], RFC_4180)

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

const jsonLinesPrinter = (names: ReadonlyArray<string>): Printer => {
  const keys = distinctNames(names)
  return {
    begin: "",
    batch: (rows) =>
      rows
        .map((row) => `${toJson(Object.fromEntries(keys.map((key, column) => [key, row[column] ?? null])))}\n`)
        .join(""),
    end: () => "",
  }
}

const printers = { jsonl: jsonLinesPrinter, table: tablePrinter, csv: csvPrinter, json: jsonPrinter }

const refused = (error: unknown): UsageError =>
  new UsageError({ detail: error instanceof Error ? error.message : String(error) })

/** Asks DuckDB what can be stopped; what it refuses is wrong usage. */
const asking = <A>(connection: DuckDBConnection, ask: () => Promise<A>): Effect.Effect<A, UsageError> =>
  askingStore(() => connection.interrupt(), ask, refused)

const whole = "give one SQL statement: in quotes, in a file with --file, or on stdin"

/** The statement, from wherever it comes. */
const statementOf = (given: string | null, file: string | null) =>
  Effect.gen(function* () {
    const { stdin } = yield* Outside
    const fs = yield* FileSystem.FileSystem
    if (given !== null && file !== null) return yield* new UsageError({ detail: `${whole}, not two of them` })
    if (given !== null) return given
    if (file !== null) {
      const fault = yield* fileFault(file, "pipes too")
      if (fault !== null) return yield* new UsageError({ detail: `--file ${file}: ${fault}` })
      return yield* fs
        .readFileString(file)
        .pipe(
          Effect.mapError((error) => new UsageError({ detail: `--file ${file}: cannot be read: ${error.message}` })),
        )
    }
    if (stdin.isTTY === true) return yield* new UsageError({ detail: whole })
    return yield* Effect.tryPromise({ try: () => allOf(stdin), catch: refused })
  })

/** `currency=EUR` by its name. */
const parametersOf = (given: ReadonlyArray<string>): Effect.Effect<Readonly<Record<string, string>>, UsageError> =>
  Effect.map(
    Effect.forEach(given, (one) => {
      const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(one) ?? []
      return name === undefined || value === undefined
        ? new UsageError({ detail: `--parameter ${one}: give NAME=VALUE, such as currency=EUR for $currency` })
        : Effect.succeed([name, value] as const)
    }),
    Object.fromEntries,
  )

/** A parameter that the statement does not have, and one that it has and nobody gave. */
const refuseOtherParameters = (
  connection: DuckDBConnection,
  statement: string,
  parameters: Readonly<Record<string, string>>,
) =>
  Effect.gen(function* () {
    if (Object.keys(parameters).length === 0 && !/[$?]/.test(statement)) return
    const prepared = yield* asking(connection, () => connection.prepare(statement))
    const names = Array.from({ length: prepared.parameterCount }, (_, place) => prepared.parameterName(place + 1))
    prepared.destroySync()
    const stranger = Object.keys(parameters).find((name) => !names.includes(name))
    if (stranger !== undefined) {
      const known = names.length === 0 ? "it has no parameters" : `it has ${names.map((name) => `$${name}`).join(", ")}`
      return yield* new UsageError({ detail: `--parameter ${stranger}: the statement has no $${stranger}; ${known}` })
    }
    const missing = names.find((name) => !Object.hasOwn(parameters, name))
    if (missing === undefined) return
    const isNamed = /^[A-Za-z_]/.test(missing)
    return yield* new UsageError({
      detail: isNamed
        ? `the statement names $${missing}; give it with --parameter ${missing}=VALUE`
        : "the statement has a parameter without a name; write it as $name, and give it with --parameter name=VALUE",
    })
  })

/** What the queries of reports use is there for a person's own, too; a snapshot of an earlier version has none of it. */
const beginLikeReports = (connection: DuckDBConnection, statement: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const [known] = yield* database.rows(
      "SELECT 1 FROM duckdb_functions() WHERE schema_name = 'recon' AND function_name = 'last_run'",
    )
    if (known === undefined) return
    const [run] = yield* database.rows<{ runId: string; startedAt: string }>(
      'SELECT recon.run() AS "runId", recon.started_at() AS "startedAt"',
    )
    if (run === undefined) return
    // The verdict takes a dozen queries, and hardly anybody asks for it.
    const verdict = statement.includes("verdict") ? (yield* summarize(database, run.runId)).verdict : null
    yield* beginReports(connection, run, verdict, "night")
  })

/** Where rows go: stdout, or a file that appears under its name when it is whole. */
const writerTo = (file: string | null) =>
  Effect.gen(function* () {
    if (file === null) return { write: writeOut, end: Effect.void }
    const fs = yield* FileSystem.FileSystem
    const partial = `${file}.partial`
    const failed = Effect.mapError(
      (error: PlatformError) => new UsageError({ detail: `--output ${file}: cannot be written: ${error.message}` }),
    )
    const out = yield* failed(fs.open(partial, { flag: "w" }))
    yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(partial, { force: true })))
    return {
      write: (text: string) => (text === "" ? Effect.void : failed(out.writeAll(Buffer.from(text, "utf8")))),
      end: failed(Effect.zipRight(out.sync, fs.rename(partial, file))),
    }
  })

export const sqlCommand = command({
  name: "sql",
  about:
    "Run one SQL statement, for reading only, on the snapshot that the last run published. Nothing waits for a running night.",
  rows,
  ifInterrupted: "the statement was stopped; nothing was changed",
  run: (options) =>
    Effect.gen(function* () {
      const statement = yield* statementOf(options.statement, options.file)
      const database = yield* Database
      const connection = yield* database.reader
      // DuckDB fails without a word where a text holds comments and nothing else.
      const statements = yield* asking(connection, () => connection.extractStatements(statement)).pipe(
        Effect.mapError((error) =>
          error.detail === "Error in native callback"
            ? new UsageError({ detail: `there is no SQL statement in it; ${whole}` })
            : error,
        ),
      )
      if (statements.count !== 1) {
        return yield* new UsageError({ detail: `one SQL statement is expected, and there are ${statements.count}` })
      }
      const parameters = yield* parametersOf(options.parameter)
      yield* beginLikeReports(connection, statement)
      yield* refuseOtherParameters(connection, statement, parameters)
      const rows = yield* asking(connection, () => RowStream.open(connection, statement, parameters))
      const printer = printers[options.format](rows.columnNames)
      const { end, write } = yield* writerTo(options.output)
      yield* write(printer.begin)
      while (true) {
        const batch = yield* asking(connection, () => rows.next())
        if (batch.done === true) break
        yield* write(printer.batch(batch.value))
      }
      yield* write(printer.end())
      yield* end
    }).pipe(Effect.scoped, Effect.provide(snapshotStore(options.db, "any version"))),
})
