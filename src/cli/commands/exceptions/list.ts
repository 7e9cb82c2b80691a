import { stringify } from "csv-stringify/sync"
import { Effect } from "effect"
import type { ExceptionFilter } from "../../../pipelines/exceptions/filter.ts"
import { refuseUnknownValues, refuseVagueAmount } from "../../../pipelines/exceptions/known-values.ts"
import { type ExceptionList, listExceptions, type SortOrder, sortOrders } from "../../../pipelines/exceptions/list.ts"
import { exceptionStates, liveStates } from "../../../pipelines/exceptions/state.ts"
import { checks } from "../../../pipelines/reconcile/checks.ts"
import { RFC_4180, withoutFormula } from "../../../pipelines/report/csv-text.ts"
import { count, plural } from "../../../pipelines/run/quantities.ts"
import { Database, type Row } from "../../../store/database.ts"
import { command } from "../../command.ts"
import { snapshotStore } from "../../open-store.ts"
import { defaultTo, type Given, oneOf, optional, repeated, wholeNumber } from "../../option-row.ts"
import { db, filters } from "../../options.ts"
import { tell, writeOut } from "../../output.ts"
import { cellText, type TableColumn, tableOf, toJson } from "../../text-table.ts"

/** What the options choose. A currency may be written in small letters. */
export const filterOf = (options: Given<typeof filters>): ExceptionFilter => ({
  codes: options.code.map((code) => code.toUpperCase()),
  customers: options.customer,
  currencies: options.currency.map((currency) => currency.toUpperCase()),
  severities: options.severity,
  assignees: options.assignee,
  olderThanDays: options.olderThan,
  firstSeenBefore: options.before,
  maxAmount: options.maxAmount,
})

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

/** The amount that it is about, as recon.stake_of has it. */
const amountOf = (row: Row): string => {
  const difference = cell(row, "difference")
  return /[1-9]/.test(difference) ? difference : cell(row, "actual") || cell(row, "expected")
}

const columns: ReadonlyArray<TableColumn> = [
  ["exception_id", "exception"],
  ["severity"],
  ["code"],
  ["state"],
  ["age_days", "days", "right"],
  ["customer"],
  ["record_id", "record"],
  ["amount", "amount", "right"],
  ["currency", ""],
  ["assignee"],
]

const asTable = ({ rows }: ExceptionList): string => {
  const customerOf = (row: Row) => cell(row, "partner_customer_ref") || cell(row, "customer_id")
  const shown = rows.map((row) => ({ ...row, customer: customerOf(row), amount: amountOf(row) }))
  return rows.length === 0 ? "" : `${tableOf(columns, shown)}\n`
}

const asCsv = ({ columns, rows }: ExceptionList): string =>
  stringify(
    [
      columns.map(({ name }) => name),
      ...rows.map((row) =>
        columns.map(({ name, type }) => (type.kind === "text" ? withoutFormula(cell(row, name)) : cell(row, name))),
      ),
    ],
    RFC_4180,
  )

const asJson = ({ rows }: ExceptionList): string => `[${rows.map(toJson).join(",\n ")}]\n`

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
      const states = named.length === 0 ? liveStates : named
      yield* refuseVagueAmount(database, filter, states)
      const list = yield* listExceptions(database, {
        filter,
        states,
        sort: options.sort,
        limit: options.limit,
      })
      yield* writeOut(printers[options.format](list))
      if (options.format !== "table") return
      const { rows, total } = list
      if (total === 0) yield* tell("there are no such exceptions")
      else if (rows.length < total) yield* tell(`${count(rows.length)} of ${plural(total, "exception")}`)
      else yield* tell(plural(total, "exception"))
    }).pipe(Effect.provide(snapshotStore(options.db, "current"))),
})
