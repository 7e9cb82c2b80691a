import { Data, Effect } from "effect"
import { type HeaderLine, parseSqlFile } from "../sql-file.ts"

/** How a column is printed. Money names the column that holds its currency, or null where there is none. */
export type ColumnType =
  | { readonly kind: "text" | "integer" | "time" | "date" | "boolean" }
  | { readonly kind: "money"; readonly currencyColumn: string | null }

export interface ReportColumn {
  readonly name: string
  readonly type: ColumnType
}

export interface ReportOrder {
  readonly column: string
  readonly descending: boolean
}

/** A report as its file in `reports/` defines it: what its header says, and the query below. */
export interface ReportDefinition {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly columns: ReadonlyArray<ReportColumn>
  readonly order: ReadonlyArray<ReportOrder>
  readonly sql: string
  /** The file of a report of the partner's own. */
  readonly own?: string
}

/** What is wrong with a report's file, where, and what its author can do. */
export class ReportDefinitionError extends Data.TaggedError("ReportDefinitionError")<{
  readonly file: string
  readonly line: number | null
  readonly problem: string
  readonly remedy: string
}> {
  readonly exitCode = 78
  override get message(): string {
    const place = this.line === null ? this.file : `${this.file}, line ${this.line}`
    return `${place}: ${this.problem}. ${this.remedy}.`
  }
}

/** The name of the file that defines a report. */
export const definitionFile = (name: string): string => `${name}.sql`

const KEYS: ReadonlyArray<string> = ["title", "about", "columns", "order"]
const COLUMN = /^([a-z_][a-z0-9_]*) +(text|integer|time|date|boolean|money(?: *\( *([a-z_][a-z0-9_]*) *\))?)$/
const ORDER = /^([a-z_][a-z0-9_]*)(?: +(asc|desc))?$/i
const KINDS = "text, integer, time, date, boolean, money or money(currency_column)"

/**
 * Reads a definition: a header that says `title`, `about`, `columns` and `order`, and below it one SELECT. A list goes on in
 * further lines after a comma.
 */
export const parseDefinition = (name: string, text: string): Effect.Effect<ReportDefinition, ReportDefinitionError> =>
  Effect.gen(function* () {
    const fail = failIn(definitionFile(name))
    const file = parseSqlFile(name, text)
    if ("problem" in file) return yield* fail(file.line, file.problem, file.remedy ?? "")
    const { header, sql } = file
    const stranger = [...header].find(([key]) => !KEYS.includes(key))
    if (stranger !== undefined) {
      return yield* fail(stranger[1].line, `unknown header key "${stranger[0]}"`, `Use one of ${KEYS.join(", ")}`)
    }
    const said = (key: string): string => header.get(key)?.text ?? ""
    const silent = KEYS.find((key) => said(key) === "")
    if (silent !== undefined) {
      const remedy = `Add a line "-- ${silent}: …" at the top of the file`
      return yield* fail(null, `the header does not say "${silent}"`, remedy)
    }
    const listed = (key: string): ReadonlyArray<HeaderLine> => items(header.get(key)?.lines ?? [])
    const columns = yield* Effect.forEach(listed("columns"), (item) => readColumn(item, fail))
    const order = yield* Effect.forEach(listed("order"), (item) => readOrder(item, fail))
    yield* refuseTwice(
      columns.map(({ line, column }) => ({ line, text: column.name })),
      "columns",
      fail,
    )
    yield* refuseTwice(
      order.map(({ line, order }) => ({ line, text: order.column })),
      "order",
      fail,
    )
    return {
      name,
      title: said("title"),
      about: said("about"),
      columns: columns.map(({ column }) => column),
      order: order.map(({ order }) => order),
      sql,
    }
  })

type Fail = (line: number | null, problem: string, remedy: string) => ReportDefinitionError

const failIn =
  (file: string): Fail =>
  (line, problem, remedy) =>
    new ReportDefinitionError({ file, line, problem, remedy })

/** The parts between commas, each with its line; the comma at the end of a line that continues makes no empty part. */
const items = (lines: ReadonlyArray<HeaderLine>): ReadonlyArray<HeaderLine> =>
  lines.flatMap(({ line, text }, index) => {
    const continues = index < lines.length - 1
    return (continues ? text.replace(/,$/, "") : text).split(",").map((part) => ({ line, text: part.trim() }))
  })

const readColumn = ({ line, text }: HeaderLine, fail: Fail) => {
  const [, name, kind, currencyColumn] = COLUMN.exec(text) ?? []
  if (name === undefined || kind === undefined) {
    return fail(line, `"${text}" is not a column`, `Write a name in snake_case and a kind: ${KINDS}`)
  }
  const type: ColumnType = kind.startsWith("money")
    ? { kind: "money", currencyColumn: currencyColumn ?? null }
    : { kind: kind as Exclude<ColumnType["kind"], "money"> }
  return Effect.succeed({ line, column: { name, type } })
}

const readOrder = ({ line, text }: HeaderLine, fail: Fail) => {
  const [, column, direction] = ORDER.exec(text) ?? []
  return column === undefined
    ? fail(line, `"${text}" is not a column to order by`, 'Write a column name, and "desc" after it for descending')
    : Effect.succeed({ line, order: { column, descending: direction?.toLowerCase() === "desc" } })
}

const refuseTwice = (names: ReadonlyArray<HeaderLine>, key: string, fail: Fail) => {
  const twice = names.find(({ text }, index) => names.findIndex((other) => other.text === text) < index)
  return twice === undefined
    ? Effect.void
    : fail(twice.line, `"${key}" names "${twice.text}" twice`, "Name each column once")
}
