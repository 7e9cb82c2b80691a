import { Effect, Option, Stream } from "effect"
import type { StoreError } from "../../../store/store-error.ts"
import { type CsvRecord, csvRecord } from "./csv-records.ts"
import { type BookAsk, BookFileError, type BookReader, type BookRow, missingColumns, nothing } from "./reader.ts"
import { linesAfter, loadLines, type TextLine } from "./text-lines.ts"

const delimiters = [",", ";", "\t", "|"]

/** What a spreadsheet writes so that it takes a number for text. */
const spreadsheetText = /^="(.*)"$/s

const valueOf = (text: string): string => spreadsheetText.exec(text)?.[1] ?? text

interface Header {
  readonly delimiter: string
  /** Without what ends the line: a delimiter with no name after it. */
  readonly names: ReadonlyArray<string>
  /** The lines that it takes. */
  readonly lines: number
}

const headerOf = (lines: ReadonlyArray<TextLine>, delimiter: string): Header | null => {
  const record = csvRecord(
    lines.map(({ text }) => text),
    0,
    delimiter,
    true,
  )
  if (record?.values == null) return null
  const names = record.values.map((name) => valueOf(name).trim())
  while (names.length > 1 && names.at(-1) === "") names.pop()
  return { delimiter, names, lines: record.next }
}

/** The header line says which delimiter it is: the one that yields every mapped column. */
const readHeader = ({
  columns,
  delimiter,
  file,
  path,
  sql,
}: BookAsk): Effect.Effect<Header, StoreError | BookFileError> =>
  Effect.gen(function* () {
    const fail = (detail: string, line: number | null = 1) => new BookFileError({ file, line, detail })
    yield* loadLines(sql, path)
    const lines = yield* linesAfter(sql, 0)
    const [first] = lines
    if (first === undefined || (first.text === "" && lines.length === 1)) {
      return yield* fail("the file is empty; a header line is expected", null)
    }
    const start = [{ ...first, text: first.text.replace(/^\uFEFF/, "") }, ...lines.slice(1)]
    const tried = delimiter === undefined ? delimiters : [delimiter]
    const headers = tried.flatMap((one) => headerOf(start, one) ?? [])
    const [best] = [...headers].sort((one, other) => other.names.length - one.names.length)
    const fitting = columns.length === 0 ? best : headers.find(({ names }) => missingColumns(columns, names) === null)
    if (best === undefined || (fitting === undefined && headers.length < tried.length)) {
      return yield* fail("the header has a quote that is not closed, or one inside a name that is not written twice")
    }
    if (fitting === undefined) {
      const broken = best.lines > 1 ? "; a quoted name of the header goes over a line break" : ""
      return yield* fail(`${missingColumns(columns, best.names) ?? "the header cannot be read"}${broken}`)
    }
    const twice = columns.find((column) => fitting.names.filter((name) => name === column).length > 1)
    if (twice !== undefined) return yield* fail(`the column ${JSON.stringify(twice)} is there twice`)
    return fitting
  })

const brokenQuote = "a quote is not closed, or stands inside a value without being written twice"

const rowOf = (
  { names, places }: { readonly names: ReadonlyArray<string>; readonly places: ReadonlyArray<number> },
  lines: ReadonlyArray<TextLine>,
  { next, start, values }: CsvRecord,
): BookRow => {
  const surplus = values?.slice(names.length) ?? []
  const fault =
    values === null
      ? brokenQuote
      : values.length < names.length
        ? "the line has fewer values than the header has columns"
        : surplus.some((value) => value.trim() !== "")
          ? "the line has more values than the header has columns"
          : null
  return {
    line: lines[start]?.n ?? 0,
    payload: lines
      .slice(start, next)
      .map(({ text }) => text)
      .join("\n"),
    fault,
    fields: places.map((place) => (fault === null ? valueOf(values?.[place] ?? "") : null)),
  }
}

/** A row of a spreadsheet that has no value at all is none. */
const isBlank = ({ values }: CsvRecord): boolean => values?.every((value) => value.trim() === "") ?? false

/**
 * A CSV with a header line. Lines that are none stay, with the reason; each physical line is part of one row, blank ones
 * aside.
 */
export const csv: BookReader = {
  extensions: ["csv", "tsv", "txt"],
  isText: true,
  columnsOf: (ask) =>
    Effect.map(readHeader({ ...ask, columns: [] }), ({ names }) => [...new Set(names.filter((name) => name !== ""))]),
  open: (ask) =>
    Effect.gen(function* () {
      const header = yield* readHeader(ask)
      const layout = { names: header.names, places: ask.columns.map((column) => header.names.indexOf(column)) }
      const pages = Stream.unfoldEffect(
        { after: header.lines, kept: [] as ReadonlyArray<TextLine>, done: false },
        ({ after, done, kept }) =>
          done
            ? Effect.succeedNone
            : Effect.map(linesAfter(ask.sql, after), (more) => {
                const lines = [...kept, ...more]
                const texts = lines.map(({ text }) => text)
                const isEnd = more.length === 0
                const rows: Array<BookRow> = []
                let at = 0
                while (at < lines.length) {
                  const record = csvRecord(texts, at, header.delimiter, isEnd)
                  if (record === undefined) break
                  if (!isBlank(record)) rows.push(rowOf(layout, lines, record))
                  at = record.next
                }
                return Option.some([
                  rows,
                  { after: more.at(-1)?.n ?? after, kept: lines.slice(at), done: isEnd },
                ] as const)
              }),
      )
      return { ...nothing, rows: Stream.flattenIterables(pages) }
    }),
}
