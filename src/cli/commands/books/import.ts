import { Args, Command, Options } from "@effect/cli"
import { FileSystem } from "@effect/platform"
import { Effect, Option } from "effect"
import { type ImportRequest, type ImportResult, importBook } from "../../../pipelines/books/import.ts"
import { readMap } from "../../../pipelines/books/map.ts"
import { bookFormats, formatOf } from "../../../pipelines/books/readers/reader.ts"
import { publishActs } from "../../../pipelines/exceptions/publish.ts"
import { UsageError } from "../../exit-code.ts"
import { choice } from "../../option-kinds.ts"
import { config, db, json, quiet } from "../../options.ts"
import { by, personOf } from "../../person.ts"
import { count, plural, tell, writeOut } from "../../terminal.ts"
import { configurationOf, existingDatabase } from "../../workplace.ts"

const file = Args.text({ name: "file" }).pipe(
  Args.withDescription("The books: CSV with a header line, JSON (a list, or one object a line), Parquet, or CAMT.053."),
)

const map = Options.text("map").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription(
    "Which column means what, as JSON. A bank statement (CAMT.053) needs none; every other format does.",
  ),
  Options.optional,
)

const book = Options.text("book").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Which of your books the file belongs to. Default: books."),
  Options.withDefault("books"),
)

const format = choice("format", bookFormats).pipe(
  Options.withDescription("How the file is written. Default: by its extension (csv, json, parquet, xml)."),
  Options.optional,
)

const replace = Options.boolean("replace").pipe(
  Options.withDescription("The file is the whole book: lines that it does not have are taken out."),
)

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

const requestOf = (options: {
  readonly file: string
  readonly map: Option.Option<string>
  readonly book: string
  readonly format: Option.Option<ImportRequest["format"]>
  readonly replace: boolean
  readonly by: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const refuse = (detail: string) => new UsageError({ detail })
    const kind = yield* Effect.option(fs.stat(options.file))
    if (Option.isNone(kind)) return yield* refuse(`${options.file}: there is no such file`)
    if (kind.value.type === "Directory") return yield* refuse(`${options.file}: is a folder; name one file`)
    if (!nameShape.test(options.book)) {
      return yield* refuse(`--book ${options.book}: use letters, digits, and - _ . between them, up to 64`)
    }
    const given = Option.getOrElse(options.format, () => formatOf(options.file))
    if (given === null) {
      return yield* refuse(
        `${options.file}: its extension does not say how it is written; give --format ${bookFormats.join(" or ")}`,
      )
    }
    if (Option.isNone(options.map) && given !== "camt053") {
      return yield* refuse(`a ${given} file needs --map FILE, which says which column means what`)
    }
    return {
      file: options.file,
      format: given,
      map: Option.isNone(options.map) ? null : yield* readMap(options.map.value),
      book: options.book,
      whole: options.replace,
      by: yield* personOf(options.by),
    } satisfies ImportRequest
  })

export const importCommand = Command.make(
  "import",
  { config, db, map, book, format, replace, by, json, quiet, file },
  (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const request = yield* requestOf(options)
      const result = yield* importBook(request).pipe(
        Effect.zipLeft(publishActs),
        Effect.provide(existingDatabase(options.db, configuration, "books", [options.file])),
      )
      if (options.json) yield* writeOut(`${JSON.stringify(result, null, 2)}\n`)
      if (!options.quiet) yield* tell(sentences(result).join("\n"))
    }),
).pipe(
  Command.withDescription(
    "Read a file into one of your books. Lines seen before are updated; what cannot be read is set aside, with line and reason.",
  ),
)
