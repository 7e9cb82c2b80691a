import { Effect } from "effect"
import { type ImportRequest, type ImportResult, importBook } from "../../../pipelines/books/import.ts"
import { readMap } from "../../../pipelines/books/map.ts"
import { bookFormats } from "../../../pipelines/books/readers/formats.ts"
import { publishActs } from "../../../pipelines/exceptions/publish.ts"
import { count, plural } from "../../../pipelines/run/quantities.ts"
import { command } from "../../command.ts"
import { conclude } from "../../conclusion.ts"
import { UsageError } from "../../ending.ts"
import { existingStore } from "../../open-store.ts"
import { argument, defaultTo, flag, type Given, oneOf, optional, path, required, text } from "../../option-row.ts"
import { by, config, db, json, quiet } from "../../options.ts"
import { personOf } from "../../person.ts"
import { configurationOf } from "../../workplace.ts"
import { bookFileOf } from "./book-file.ts"

const rows = {
  config,
  db,
  map: optional(
    path("FILE"),
    "Which column means what, as JSON. A bank statement (CAMT.053) needs none; every other format does.",
  ),
  book: defaultTo(text("NAME"), "books", "Which of your books the file belongs to."),
  format: optional(oneOf(bookFormats), "How the file is written. Default: by its extension (csv, json, parquet, xml)."),
  again: flag("Read the file although it was imported before, so that it holds over what came since."),
  replace: flag("The file is the whole book: lines that it does not have are taken out."),
  by,
  json,
  quiet,
  file: argument(
    required(
      path("FILE"),
      "The books: CSV with a header line, JSON (a list, or one object a line), Parquet, or CAMT.053.",
    ),
  ),
}

const nameShape = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

export const sentences = (result: ImportResult): ReadonlyArray<string> => {
  const counted = [
    `${count(result.new)} new`,
    `${count(result.changed)} changed`,
    `${count(result.unchanged)} unchanged`,
    ...(result.repeated > 0 ? [`${count(result.repeated)} repeated`] : []),
    `${count(result.quarantined)} quarantined`,
  ].join(", ")
  const more = result.quarantined - result.faults.length
  return [
    result.knownSince !== null
      ? `${result.file} was imported into book ${result.book} before, on ${result.knownSince.slice(0, 16).replace("T", " at ")}; nothing changed (--again reads it once more)`
      : `${result.file} into book ${result.book}: ${plural(result.read, "line")} read, ${counted}`,
    ...(result.removed > 0 ? [`${plural(result.removed, "line")} of earlier imports taken out`] : []),
    ...result.told,
    ...result.faults.map((fault) => `${result.file}, line ${fault.line}: ${fault.reason}`),
    ...(more > 0 && result.faults.length > 0
      ? [`and ${plural(more, "more line")}; all of them are in raw.book_quarantine`]
      : []),
    ...(result.quarantined > 0
      ? [
          "correct the lines, or the map (its leaveOut names lines that are no bookings, such as totals), and import the file again",
        ]
      : []),
    "run tidemark reconcile to match the books with the transactions",
  ]
}

const requestOf = (options: Given<typeof rows>) =>
  Effect.gen(function* () {
    const { again, book, file, map, replace } = options
    const refuse = (detail: string) => new UsageError({ detail })
    const format = yield* bookFileOf(file, options.format)
    if (!nameShape.test(book)) {
      return yield* refuse(`--book ${book}: use letters, digits, and - _ . between them, up to 64`)
    }
    if (map === null && format !== "camt053") {
      return yield* refuse(
        `a ${format} file needs --map FILE, which says which column means what; tidemark books map ${file} proposes one`,
      )
    }
    return {
      file,
      format,
      map: map === null ? null : yield* readMap(map, format),
      book,
      whole: replace,
      again,
      by: yield* personOf(options.by),
    } satisfies ImportRequest
  })

export const importCommand = command({
  name: "books import",
  about:
    "Read a file of your books. Lines seen before are updated; what cannot be read is set aside, with line and reason.",
  rows,
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const request = {
        ...(yield* requestOf(options)),
        plausibleYears: configuration.books.plausibleYears,
        places: configuration.currencyPlaces,
        currencies: Object.keys(configuration.currencyAliases),
      }
      const result = yield* importBook(request).pipe(
        Effect.zipLeft(publishActs),
        Effect.provide(existingStore(options.db, { configuration, command: "books", onlyFiles: [options.file] })),
      )
      yield* conclude(options, { json: result, told: sentences(result) })
    }),
})
