import { Data, Effect } from "effect"

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

const KEYS = ["title", "about", "columns", "order"] as const
type Key = (typeof KEYS)[number]

interface HeaderLine {
  readonly line: number
  readonly text: string
}
type Header = ReadonlyMap<Key, ReadonlyArray<HeaderLine>>

const KEY_LINE = /^-- *([A-Za-z_]+): *(.*)$/
const CONTINUATION_LINE = /^-- {3,}(\S.*)$/
const COLUMN = /^([a-z_][a-z0-9_]*) +(text|integer|time|date|boolean|money(?: *\( *([a-z_][a-z0-9_]*) *\))?)$/
const ORDER = /^([a-z_][a-z0-9_]*)(?: +(asc|desc))?$/i
const KINDS = "text, integer, time, date, boolean, money or money(currency_column)"

/**
 * Reads a definition: leading comment lines `-- title:`, `-- about:`, `-- columns:` and `-- order:`, each of which may
 * continue on following lines that are indented by three spaces after the dashes, and below them one SELECT.
 */
export const parseDefinition = (name: string, sql: string): Effect.Effect<ReportDefinition, ReportDefinitionError> =>
  Effect.gen(function* () {
    const fail = failIn(definitionFile(name))
    const lines = sql.replace(/^\uFEFF/, "").split(/\r?\n/)
    const found = lines.findIndex((line) => !line.startsWith("--"))
    const headerEnd = found === -1 ? lines.length : found
    const header = yield* readHeader(lines.slice(0, headerEnd), fail)

    const title = yield* required(header, "title", fail)
    const about = yield* required(header, "about", fail)
    const columns = yield* Effect.forEach(items(yield* required(header, "columns", fail)), (item) =>
      readColumn(item, fail),
    )
    const order = yield* Effect.forEach(items(yield* required(header, "order", fail)), (item) => readOrder(item, fail))
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

    const body = lines
      .slice(headerEnd)
      .join("\n")
      .replace(/;\s*(--[^\n]*\s*)*$/, "")
      .trim()
    if (body === "") {
      return yield* fail(headerEnd + 1, "there is no query below the header", "Write one SELECT after the header")
    }
    return {
      name,
      title: joined(title),
      about: joined(about),
      columns: columns.map(({ column }) => column),
      order: order.map(({ order }) => order),
      sql: body,
    }
  })

type Fail = (line: number | null, problem: string, remedy: string) => ReportDefinitionError

const failIn =
  (file: string): Fail =>
  (line, problem, remedy) =>
    new ReportDefinitionError({ file, line, problem, remedy })

const readHeader = (lines: ReadonlyArray<string>, fail: Fail): Effect.Effect<Header, ReportDefinitionError> =>
  Effect.gen(function* () {
    const header = new Map<Key, Array<HeaderLine>>()
    let current: Array<HeaderLine> | undefined
    for (const [index, text] of lines.entries()) {
      const line = index + 1
      const continued = CONTINUATION_LINE.exec(text)?.[1]
      if (continued !== undefined && current !== undefined) {
        current.push({ line, text: continued.trim() })
        continue
      }
      const [, word = "", value = ""] = KEY_LINE.exec(text) ?? []
      const key = KEYS.find((key) => key === word)
      if (key === undefined) {
        const problem = word === "" ? "this is neither a header key nor a continuation" : `unknown header key "${word}"`
        const remedy = `Use one of ${KEYS.join(", ")}; indent a continuation by three spaces after the dashes; leave an empty line before other comments`
        return yield* fail(line, problem, remedy)
      }
      if (header.has(key)) return yield* fail(line, `the header says "${key}" twice`, "Keep one of them")
      current = value.trim() === "" ? [] : [{ line, text: value.trim() }]
      header.set(key, current)
    }
    return header
  })

const required = (
  header: Header,
  key: Key,
  fail: Fail,
): Effect.Effect<ReadonlyArray<HeaderLine>, ReportDefinitionError> => {
  const lines = header.get(key)
  return lines === undefined || lines.length === 0
    ? fail(null, `the header does not say "${key}"`, `Add a line "-- ${key}: …" at the top of the file`)
    : Effect.succeed(lines)
}

const joined = (lines: ReadonlyArray<HeaderLine>): string => lines.map(({ text }) => text).join(" ")

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

const refuseTwice = (names: ReadonlyArray<HeaderLine>, key: Key, fail: Fail) => {
  const twice = names.find(({ text }, index) => names.findIndex((other) => other.text === text) < index)
  return twice === undefined
    ? Effect.void
    : fail(twice.line, `"${key}" names "${twice.text}" twice`, "Name each column once")
}
