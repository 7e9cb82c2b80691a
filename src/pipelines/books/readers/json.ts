import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"
import { quoteNumbers } from "../../../api/exact-numbers.ts"
import { depthOf } from "../../../api/json-text.ts"
import type { StoreError } from "../../../store/store-error.ts"
import { textIn } from "./file-text.ts"
import { JsonFault, jsonLists, lineCounter, repeatedKeys } from "./json-lists.ts"
import { type BookAsk, BookFileError, type BookReader, type BookRow, missingColumns, nothing } from "./reader.ts"

/** A text that is longer cannot be held whole; one object a line has no such bound. */
const longest = 400_000_000

interface JsonRecord {
  readonly line: number
  readonly payload: string
  /** Numbers are texts here, digit for digit; null where the record is no object. */
  readonly object: Readonly<Record<string, unknown>> | null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What lies deeper is no booking, and nothing is to go down with it. */
const deepest = 100

const parse = (text: string): unknown => {
  try {
    return depthOf(text) > deepest ? undefined : JSON.parse(quoteNumbers(text))
  } catch {
    return undefined
  }
}

/** The value under a name, or under the path that the name is. */
const valueAt = (object: Readonly<Record<string, unknown>>, name: string): unknown => {
  if (Object.hasOwn(object, name)) return object[name]
  const [first = "", ...rest] = name.split(".")
  const inner = Object.hasOwn(object, first) ? object[first] : undefined
  return rest.length > 0 && isObject(inner) ? valueAt(inner, rest.join(".")) : undefined
}

const textOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value)

/** The names by which a map can ask for the values of an object, those that lie deeper with their path. */
const namesOf = (object: Readonly<Record<string, unknown>>, path = ""): ReadonlyArray<string> =>
  Object.entries(object).flatMap(([key, value]) =>
    isObject(value) ? namesOf(value, `${path}${key}.`) : [`${path}${key}`],
  )

const ofLines = (text: string): ReadonlyArray<JsonRecord> =>
  text.split(/\r\n|\n|\r/).flatMap((line, place) => {
    if (line.trim() === "") return []
    const value = parse(line)
    return [{ line: place + 1, payload: line, object: isObject(value) ? value : null }]
  })

/** The elements of a list; where all of them stand on one line of the file, their number tells more than the line. */
const ofList = (
  text: string,
  elements: ReadonlyArray<{ readonly start: number; readonly end: number }>,
): ReadonlyArray<JsonRecord> => {
  const lineAt = lineCounter(text)
  const records = elements.map(({ end, start }) => {
    const payload = text.slice(start, end)
    const line = lineAt(start + payload.length - payload.trimStart().length)
    const value = parse(payload)
    if (value === undefined)
      throw new JsonFault(line, "is not JSON that can be read in the record that begins here; correct the file")
    return { line, payload: payload.trim(), object: isObject(value) ? value : null }
  })
  const areOnOneLine = new Set(records.map(({ line }) => line)).size === 1
  return areOnOneLine ? records.map((record, place) => ({ ...record, line: place + 1 })) : records
}

/** The list that the map names, or the only one there is. */
const recordsIn = (
  text: string,
  list: string | undefined,
  columns: ReadonlyArray<string>,
): ReadonlyArray<JsonRecord> => {
  const start = text.trimStart()
  const [firstLine = ""] = start.split(/[\r\n]/, 1)
  if (list === undefined && start.startsWith("{")) {
    const first = parse(firstLine)
    const hasColumns = isObject(first) && columns.some((column) => valueAt(first, column) !== undefined)
    if (isObject(first) && (hasColumns || start.slice(firstLine.length).trim() !== "")) return ofLines(text)
    if (!isObject(first) && parse(text) === undefined) return ofLines(text)
    const whole = parse(text)
    if (isObject(whole) && columns.some((column) => valueAt(whole, column) !== undefined)) {
      return [{ line: 1, payload: start.trim(), object: whole }]
    }
  }
  const lists = jsonLists(text)
  const wanted = list === undefined && lists.length === 1 ? lists[0] : lists.find(({ path }) => path === (list ?? ""))
  if (wanted !== undefined) return ofList(text, wanted.elements)
  const paths = lists.map(({ path }) => JSON.stringify(path))
  if (list !== undefined) {
    throw new JsonFault(
      1,
      `has no list ${JSON.stringify(list)}; the lists that it has are ${paths.join(", ") || "none"}; correct list in the map`,
    )
  }
  const whole = paths.length === 0 ? parse(text) : undefined
  if (isObject(whole)) return [{ line: 1, payload: start.trim(), object: whole }]
  throw new JsonFault(
    1,
    paths.length === 0
      ? "is not a JSON list of objects, and there is none in it"
      : `is an object in which the lines lie deeper, in one of the lists ${paths.join(", ")}; name it as list in the map, such as "list": ${paths[0]}`,
  )
}

const readRecords = (ask: BookAsk) =>
  Effect.gen(function* () {
    const { columns, file, list, path } = ask
    const fs = yield* FileSystem.FileSystem
    const fail = (detail: string, line: number | null = null) => new BookFileError({ file, line, detail })
    const { size } = yield* fs.stat(path).pipe(Effect.mapError((error) => fail(error.message)))
    if (Number(size) > longest) {
      return yield* fail("is too long to be held whole; write it as CSV, or in several files")
    }
    const text = yield* Stream.mkString(textIn(fs, ask))
    return yield* Effect.try({
      try: () => recordsIn(text, list, columns),
      catch: (error) => (error instanceof JsonFault ? fail(error.message, error.line) : fail(String(error))),
    })
  })

/** Whether the value is a number in the text, and not a text of digits. */
const hasNumber = ({ payload }: JsonRecord, column: string): boolean => {
  try {
    const value = JSON.parse(payload) as unknown
    return isObject(value) && typeof valueAt(value, column) === "number"
  } catch {
    return false
  }
}

/**
 * A JSON list of objects, wherever in the file it lies, or one object a line. Numbers keep their digits. A line that is not
 * a JSON object stays, with the reason; a list that is not JSON is refused whole.
 */
export const json: BookReader = {
  extensions: ["json", "jsonl", "ndjson"],
  columnsOf: (ask) =>
    Effect.map(readRecords({ ...ask, columns: [] }), (records) => [
      ...new Set(records.flatMap(({ object }) => (object === null ? [] : namesOf(object)))),
    ]),
  open: (ask): Effect.Effect<ReturnType<typeof opened>, StoreError | BookFileError, FileSystem.FileSystem> =>
    Effect.gen(function* () {
      const { amounts, columns, file, hasPlainAmounts } = ask
      const records = yield* readRecords(ask)
      const names = new Set(records.flatMap(({ object }) => (object === null ? [] : Object.keys(object))))
      const lacking = columns.filter(
        (column) => !records.some(({ object }) => object !== null && valueAt(object, column) !== undefined),
      )
      const asked = lacking.filter((column) => !names.has(column))
      if (asked.length > 0 && names.size > 0) {
        const present = [...new Set(records.flatMap(({ object }) => (object === null ? [] : namesOf(object))))]
        return yield* new BookFileError({ file, line: null, detail: missingColumns(asked, present.sort()) ?? "" })
      }
      const number = hasPlainAmounts
        ? undefined
        : records.find((record) => amounts.some((column) => hasNumber(record, column)))
      if (number !== undefined) {
        return yield* new BookFileError({
          file,
          line: number.line,
          detail:
            "an amount is a JSON number, which is written with a point; remove decimalSeparator and thousandsSeparator from the map, or write every amount as a text",
        })
      }
      return opened(records, columns)
    }),
}

/** Why a record is no line; null for a good one. */
const faultOf = ({ object, payload }: JsonRecord, columns: ReadonlyArray<string>): string | null => {
  if (object === null) return "the line is not a JSON object"
  const twice = repeatedKeys(payload).find((path) => columns.some((column) => `${column}.`.startsWith(`${path}.`)))
  return twice === undefined ? null : `the line has ${JSON.stringify(twice)} twice; correct the file`
}

const opened = (records: ReadonlyArray<JsonRecord>, columns: ReadonlyArray<string>) => ({
  ...nothing,
  rows: Stream.fromIterable(
    records.map((record): BookRow => {
      const { line, object, payload } = record
      const fields = columns.map((column) => (object === null ? null : textOf(valueAt(object, column))))
      return { line, payload, fault: faultOf(record, columns), fields }
    }),
  ),
})
