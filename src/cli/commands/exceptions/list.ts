import { Command, Options } from "@effect/cli"
import { stringify } from "csv-stringify/sync"
import { Effect, Option } from "effect"
import { refuseUnknownValues } from "../../../pipelines/exceptions/known-values.ts"
import { exceptionColumns, listExceptions, type SortOrder, sortOrders } from "../../../pipelines/exceptions/list.ts"
import { exceptionStates, liveStates } from "../../../pipelines/exceptions/state.ts"
import { checks } from "../../../pipelines/reconcile/checks.ts"
import { RFC_4180, withoutFormula } from "../../../pipelines/report/csv-file.ts"
import { Database, type Row } from "../../../store/database.ts"
import { currentSnapshot } from "../../current-snapshot.ts"
import { choice, choices, wholeNumber } from "../../option-kinds.ts"
import { db } from "../../options.ts"
import { count, plural, tell, writeOut } from "../../terminal.ts"
import { cellText, textTable, toJson } from "../../text-table.ts"
import { filterOf, filterOptions } from "./filter-options.ts"

const state = choices("state", [...exceptionStates, "all"]).pipe(
  Options.withDescription(
    "Only those in this state; all for every state. May be given several times. Default: open, acknowledged and reopened.",
  ),
)

const sort = choice("sort", Object.keys(sortOrders) as ReadonlyArray<SortOrder>).pipe(
  Options.withDescription(
    "By severity the worst first, by age the oldest, by amount the largest within each currency. Default: severity.",
  ),
  Options.withDefault("severity" as SortOrder),
)

const limit = wholeNumber("limit", 1).pipe(
  Options.withDescription("Print so many at most. Default: all."),
  Options.optional,
)

const format = choice("format", ["table", "csv", "json"]).pipe(
  Options.withDescription(
    "A table is for reading; csv and json have every column of the report exceptions. Default: table.",
  ),
  Options.withDefault("table" as const),
)

const cell = (row: Row, column: string): string => cellText(row[column] ?? null)

/** The amount that it is about, as at-stake.ts has it. */
const amountOf = (row: Row): string => {
  const difference = cell(row, "difference")
  return /[1-9]/.test(difference) ? difference : cell(row, "actual") || cell(row, "expected")
}

const asTable = (rows: ReadonlyArray<Row>): string =>
  rows.length === 0
    ? ""
    : `${textTable(
        ["exception", "severity", "code", "state", "days", "customer", "record", "amount", "", "assignee"],
        rows.map((row) => [
          ...["exception_id", "severity", "code", "state", "age_days"].map((column) => cell(row, column)),
          cell(row, "partner_customer_ref") || cell(row, "customer_id"),
          cell(row, "record_id"),
          amountOf(row),
          ...["currency", "assignee"].map((column) => cell(row, column)),
        ]),
        [false, false, false, false, true, false, false, true],
      )}\n`

const asCsv = (rows: ReadonlyArray<Row>): string =>
  stringify(
    [
      exceptionColumns.map(({ name }) => name),
      ...rows.map((row) =>
        exceptionColumns.map(({ name, type }) =>
          type.kind === "text" ? withoutFormula(cell(row, name)) : cell(row, name),
        ),
      ),
    ],
    RFC_4180,
  )

const asJson = (rows: ReadonlyArray<Row>): string => `[${rows.map(toJson).join(",\n ")}]\n`

const printers = { table: asTable, csv: asCsv, json: asJson }

export const listCommand = Command.make("list", { ...filterOptions, state, sort, limit, format, db }, (options) =>
  Effect.gen(function* () {
    const database = yield* Database
    const filter = filterOf(options)
    yield* refuseUnknownValues(
      database,
      filter,
      checks.map((check) => check.code),
    )
    const named = options.state.flatMap((given) => (given === "all" ? exceptionStates : [given]))
    const { rows, total } = yield* listExceptions(database, {
      filter,
      states: named.length === 0 ? liveStates : named,
      sort: options.sort,
      limit: Option.getOrNull(options.limit),
    })
    yield* writeOut(printers[options.format](rows))
    if (options.format !== "table") return
    if (total === 0) yield* tell("there are no such exceptions")
    else if (rows.length < total) yield* tell(`${count(rows.length)} of ${plural(total, "exception")}`)
    else yield* tell(plural(total, "exception"))
  }).pipe(Effect.provide(currentSnapshot(options.db))),
).pipe(Command.withDescription("List exceptions as of the published snapshot, without waiting for a running night."))
