import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"
import { type CsvRecord, csvRecord } from "./csv-records.ts"
import { type BookAsk, BookFileError, type BookReader, type BookRow, missingColumns, nothing } from "./reader.ts"
import { firstLines, linesIn, type TextLine } from "./text-lines.ts"

const delimiters = [",", ";", "\t", "|"]

/** What a spreadsheet writes so that it takes a number for text. */
const spreadsheetText = /^="(.*)"$/s

const valueOf = (text: string): string => spreadsheetText.exec(text)?.[1] ?? text

interface Header {
  readonly delimiter: string
  /** Without what ends the line: a delimiter with no name after it. */
  readonly names: ReadonlyArray<string>
  /** The physical line after it. */
  readonly next: number
}

/** An export may have so many lines above its header: the account, the period, `sep=;`, nothing. */
const mostAbove = 50
/** A header may go over so many lines. */
const mostLines = 20

const headerAt = (texts: ReadonlyArray<string>, start: number, delimiter: string): Header | null => {
  const record = csvRecord(texts, start, delimiter, true)
  if (record?.values == null) return null
  const names = record.values.map((name) => valueOf(name).trim().normalize("NFC"))
  while (names.length > 1 && names.at(-1) === "") names.pop()
  return { delimiter, names, next: record.next }
}

const isNamed = (name: string): boolean => name !== ""

/**
 * The header is the first line that, by one of the delimiters, has every mapped column; where no map names any, the first
 * that has the most names.
 */
const readHeader = (fs: FileSystem.FileSystem, ask: BookAsk): Effect.Effect<Header, BookFileError> =>
  Effect.gen(function* () {
    const { delimiter, file } = ask
    const columns = ask.columns.map((column) => column.normalize("NFC"))
    const fail = (detail: string, line: number | null = 1) => new BookFileError({ file, line, detail })
    const texts = (yield* firstLines(fs, ask, mostAbove + mostLines)).map(({ text }) => text)
    if (texts.every((text) => text.trim() === ""))
      return yield* fail("the file is empty; a header line is expected", null)
    const tried = delimiter === undefined ? delimiters : [delimiter]
    const places = texts.slice(0, mostAbove + 1).map((_, at) => at)
    const headers = places.flatMap((at) => tried.flatMap((one) => headerAt(texts, at, one) ?? []))
    const [best] = headers
      .map((header) => ({ header, names: header.names.filter(isNamed).length }))
      .sort((one, other) => other.names - one.names)
    const fitting =
      columns.length === 0 ? best?.header : headers.find(({ names }) => missingColumns(columns, names) === null)
    if (fitting === undefined) {
      const isBroken = tried.every((one) => headerAt(texts, 0, one) === null)
      if (best === undefined || isBroken) {
        return yield* fail("the header has a quote that is not closed, or one inside a name that is not written twice")
      }
      const line = best.header.next
      const broken = texts.slice(0, line).some((text) => (text.split('"').length - 1) % 2 === 1)
      const hint = broken ? "; a quoted name of the header goes over a line break" : ""
      return yield* fail(`${missingColumns(columns, best.header.names) ?? "the header cannot be read"}${hint}`, line)
    }
    const twice = columns.find((column) => fitting.names.filter((name) => name === column).length > 1)
    if (twice !== undefined) {
      return yield* fail(
        `the column ${JSON.stringify(twice)} is there twice; rename one in the export, or map another column`,
        fitting.next,
      )
    }
    return fitting
  })

const brokenQuote = "a quote is not closed, or stands inside a value without being written twice"

interface Layout {
  readonly names: ReadonlyArray<string>
  /** Where each mapped column stands. */
  readonly places: ReadonlyArray<number>
}

const rowOf = (
  { names, places }: Layout,
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
          ? "the line has more values than the header has columns; one that holds the delimiter stands in quotes"
          : null
  return {
    line: lines[start]?.n ?? 0,
    payload: lines
      .slice(start, next)
      .map(({ text }) => text)
      .join("\n"),
    fault,
    fields: places.map((place) => (values?.[place] === undefined ? null : valueOf(values[place] ?? ""))),
  }
}

/** Blanks, and what old systems end or fill up a file with. */
const nothingAtAll = /^[\s\p{Cc}]*$/u

const nameIn = (text: string): string => valueOf(text).trim().normalize("NFC")

/**
 * What a record is: a row of a spreadsheet that has no value at all is none, and neither is the header once more, as in
 * exports put together. A header whose mapped columns stand elsewhere would turn what follows it.
 */
const kindOf = ({ values }: CsvRecord, { names, places }: Layout): "line" | "none" | "another header" => {
  if (values === null) return "line"
  if (values.every((value) => nothingAtAll.test(value))) return "none"
  const wanted = places.map((place) => names[place] ?? "")
  if (wanted.some((name) => !values.some((value) => value.includes(name)))) return "line"
  const given = values.map(nameIn)
  if (wanted.every((name, at) => given[places[at] ?? -1] === name)) return "none"
  return wanted.length > 1 && wanted.every((name) => given.includes(name)) ? "another header" : "line"
}

/**
 * A CSV with a header line. Lines that are none stay, with the reason; each physical line below the header is part of one
 * row, blank ones and the header itself aside.
 */
export const csv: BookReader = {
  extensions: ["csv", "tsv", "txt"],
  columnsOf: (ask) =>
    Effect.gen(function* () {
      const { names } = yield* readHeader(yield* FileSystem.FileSystem, { ...ask, columns: [] })
      return [...new Set(names.filter(isNamed))]
    }),
  open: (ask) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { delimiter, names, next } = yield* readHeader(fs, ask)
      const layout = { names, places: ask.columns.map((column) => names.indexOf(column.normalize("NFC"))) }
      const rows = linesIn(fs, ask).pipe(
        Stream.concat(Stream.succeed(null)),
        Stream.mapAccumEffect([] as ReadonlyArray<TextLine>, (kept, more) => {
          const lines = [...kept, ...(more ?? []).filter(({ n }) => n > next)]
          const texts = lines.map(({ text }) => text)
          const rows: Array<BookRow> = []
          let at = 0
          while (at < lines.length) {
            const record = csvRecord(texts, at, delimiter, more === null)
            if (record === undefined) break
            const kind = kindOf(record, layout)
            if (kind === "another header") {
              return new BookFileError({
                file: ask.file,
                line: lines[record.start]?.n ?? null,
                detail:
                  "here is another header, whose columns stand in another order, as where exports are put together; import each as a file of its own",
              })
            }
            if (kind === "line") rows.push(rowOf(layout, lines, record))
            at = record.next
          }
          return Effect.succeed([lines.slice(at), rows] as const)
        }),
      )
      return { ...nothing, isWrittenByPeople: true, rows: Stream.flattenIterables(rows) }
    }),
}
