import { FileSystem } from "@effect/platform"
import { Effect, Option } from "effect"
import { type ImportRequest, type ImportResult, importBook } from "../../../pipelines/books/import.ts"
import { readMap } from "../../../pipelines/books/map.ts"
import { bookFormats, formatOf } from "../../../pipelines/books/readers/reader.ts"
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

const rows = {
  config,
  db,
  map: optional(
    path("FILE"),
    "Which column means what, as JSON. A bank statement (CAMT.053) needs none; every other format does.",
  ),
  book: defaultTo(text("NAME"), "books", "Which of your books the file belongs to."),
  format: optional(oneOf(bookFormats), "How the file is written. Default: by its extension (csv, json, parquet, xml)."),
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

const sentences = (result: ImportResult): ReadonlyArray<string> => {
  const counted = [
    `${count(result.new)} new`,
    `${count(result.changed)} changed`,
    `${count(result.unchanged)} unchanged`,
    ...(result.repeated > 0 ? [`${count(result.repeated)} repeated`] : []),
    `${count(result.quarantined)} quarantined`,
  ].join(", ")
  const more = result.quarantined - result.faults.length
  return [
    result.known
      ? `${result.file} is the last import of book ${result.book} already; nothing changed`
      : `${result.file} into book ${result.book}: ${plural(result.read, "line")} read, ${counted}`,
    ...(result.removed > 0 ? [`${plural(result.removed, "line")} of earlier imports taken out`] : []),
    ...result.statements.map(
      (one) =>
        `statement ${one.id}: ${one.opening === null || one.closing === null ? "it gives no opening and closing balance, so it is not proven that its entries are all there" : `opening ${one.opening} and ${plural(one.entries, "entry", "entries")} make closing ${one.closing} ${one.currency}`}${one.notBooked > 0 ? `; ${plural(one.notBooked, "entry", "entries")} not booked yet, and left out` : ""}`,
    ),
    ...result.faults.map((fault) => `${result.file}, line ${fault.line}: ${fault.reason}`),
    ...(more > 0 && result.faults.length > 0
      ? [`and ${plural(more, "more line")}; all of them are in raw.book_quarantine`]
      : []),
    ...(result.quarantined > 0 ? ["correct the lines, or the map, and import the file again"] : []),
    "run tidemark reconcile to match the books with the transactions",
  ]
}

const requestOf = (options: Given<typeof rows>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { book, file, map, replace } = options
    const refuse = (detail: string) => new UsageError({ detail })
    const kind = yield* Effect.option(fs.stat(file))
    if (Option.isNone(kind)) return yield* refuse(`${file}: there is no such file`)
    if (kind.value.type === "Directory") return yield* refuse(`${file}: is a folder; name one file`)
    if (!nameShape.test(book)) {
      return yield* refuse(`--book ${book}: use letters, digits, and - _ . between them, up to 64`)
    }
    const format = options.format ?? formatOf(file)
    if (format === null) {
      return yield* refuse(
        `${file}: its extension does not say how it is written; give --format ${bookFormats.join(" or ")}`,
      )
    }
    if (map === null && format !== "camt053") {
      return yield* refuse(`a ${format} file needs --map FILE, which says which column means what`)
    }
    return {
      file,
      format,
      map: map === null ? null : yield* readMap(map),
      book,
      whole: replace,
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
      const request = yield* requestOf(options)
      const result = yield* importBook(request).pipe(
        Effect.zipLeft(publishActs),
        Effect.provide(existingStore(options.db, { configuration, command: "books", onlyFiles: [options.file] })),
      )
      yield* conclude(options, { json: result, told: sentences(result) })
    }),
})
