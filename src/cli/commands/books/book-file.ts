import { FileSystem } from "@effect/platform"
import { Effect, Option, Stream } from "effect"
import { foreignFormat } from "../../../pipelines/books/readers/foreign-formats.ts"
import { type BookFormat, bookFormats, formatOf } from "../../../pipelines/books/readers/formats.ts"
import { fileFault } from "../../../pipelines/configuration/file-kind.ts"
import { UsageError } from "../../ending.ts"

/** The format of a file that a person named; refuses one that is not there, that is of another kind, or of which nothing says how it is written. */
export const bookFileOf = (file: string, given: BookFormat | null) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const refuse = (detail: string) => new UsageError({ detail })
    const kind = yield* Effect.option(fs.stat(file))
    if (Option.isNone(kind)) return yield* refuse(`${file}: there is no such file`)
    const fault = yield* fileFault(file, "no pipes")
    if (fault !== null) return yield* refuse(`${file}: ${fault}`)
    const format = given ?? formatOf(file)
    if (format === "camt053" || format === "parquet") return format
    const [head = new Uint8Array()] = yield* Stream.runCollect(fs.stream(file, { bytesToRead: 400 })).pipe(
      Effect.orElseSucceed(() => []),
    )
    const foreign = foreignFormat(head)
    if (foreign !== null) return yield* refuse(`${file}: ${foreign}`)
    if (format === null) {
      return yield* refuse(
        `${file}: its extension does not say how it is written; give --format ${bookFormats.join(" or ")}`,
      )
    }
    return format
  })
