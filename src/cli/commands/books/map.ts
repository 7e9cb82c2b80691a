import { resolve } from "node:path"
import { Effect } from "effect"
import { draftMap } from "../../../pipelines/books/draft-map.ts"
import { bookFormats } from "../../../pipelines/books/readers/formats.ts"
import { Database } from "../../../store/database.ts"
import { command } from "../../command.ts"
import { argument, oneOf, optional, path, required } from "../../option-row.ts"
import { config } from "../../options.ts"
import { tell, writeOut } from "../../output.ts"
import { configurationOf } from "../../workplace.ts"
import { bookFileOf } from "./book-file.ts"

export const mapCommand = command({
  name: "books map",
  about: "Propose a map for a file of your books: which column means what, and what to look at before trusting it.",
  rows: {
    config,
    format: optional(oneOf(bookFormats), "How the file is written. Default: by its extension (csv, json, parquet)."),
    file: argument(required(path("FILE"), "The file: CSV with a header line, JSON or Parquet.")),
  },
  run: (options) =>
    Effect.gen(function* () {
      const { file } = options
      const { memoryLimit } = yield* configurationOf(options)
      const format = yield* bookFileOf(file, options.format)
      const { map, notes } = yield* Effect.flatMap(Database, (sql) => draftMap(sql, file, resolve(file), format)).pipe(
        Effect.provide(Database.layer({ file: ":memory:", access: "write", memoryLimit, onlyFiles: [file] })),
      )
      for (const note of notes) yield* tell(`look at this: ${note}`)
      yield* writeOut(`${JSON.stringify(map, null, 2)}\n`)
    }),
})
