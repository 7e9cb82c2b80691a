import { stringify } from "csv-stringify/sync"
import { Effect } from "effect"
import { refuseUnknownValues } from "../../../pipelines/exceptions/known-values.ts"
import { exceptionColumns, listExceptions, type SortOrder, sortOrders } from "../../../pipelines/exceptions/list.ts"
import { exceptionStates, liveStates } from "../../../pipelines/exceptions/state.ts"
import { checks } from "../../../pipelines/reconcile/checks.ts"
import { RFC_4180, withoutFormula } from "../../../pipelines/report/csv-file.ts"
import { Database, type Row } from "../../../store/database.ts"
import { command } from "../../command.ts"
import { snapshotStore } from "../../open-store.ts"
import { defaultTo, oneOf, optional, repeated, wholeNumber } from "../../option-row.ts"
import { db, filters } from "../../options.ts"
import { tell, writeOut } from "../../output.ts"
import { count, plural } from "../../quantities.ts"
import { cellText, textTable, toJson } from "../../text-table.ts"
import { filterOf } from "./filter-of.ts"

const state = repeated(
  oneOf([...exceptionStates, "all"]),
  "Only those in this state; all for every state. Default: open, acknowledged and reopened.",
)

const sort = defaultTo(
  oneOf(Object.keys(sortOrders) as ReadonlyArray<SortOrder>),
  "severity",
  "By severity the worst first, by age the oldest, by amount the largest within each currency.",
)

const limit = optional(wholeNumber(1), "Print so many at most. Default: all.")

const format = defaultTo(
  oneOf(["table", "csv", "json"]),
  "table",
  "A table is for reading; csv and json have every column of the report exceptions.",
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

export const listCommand = command({
  name: "exceptions list",
  about: "List exceptions as of the published snapshot, without waiting for a running night.",
  rows: { ...filters, state, sort, limit, format, db },
  run: (options) =>
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
        limit: options.limit,
      })
      yield* writeOut(printers[options.format](rows))
      if (options.format !== "table") return
      if (total === 0) yield* tell("there are no such exceptions")
      else if (rows.length < total) yield* tell(`${count(rows.length)} of ${plural(total, "exception")}`)
      else yield* tell(plural(total, "exception"))
    }).pipe(Effect.provide(snapshotStore(options.db, "current"))),
})
