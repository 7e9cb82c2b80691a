import { createHash } from "node:crypto"
import type { DuckDBConnection } from "@duckdb/node-api"
import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Data, Effect, Stream } from "effect"
import { asking } from "../../store/asking.ts"
import type { CsvForm } from "../configuration/csv-settings.ts"
import { csvLines } from "./csv-text.ts"
import type { ReportDefinition, ReportDefinitionError } from "./definition.ts"
import { checkDefinition } from "./report-query.ts"
import { openTextRows } from "./text-rows.ts"
import { writeRemedy } from "./write-remedy.ts"

export interface CsvRequest {
  /** A connection with nothing else running on it: the rows are streamed. */
  readonly connection: DuckDBConnection
  readonly definition: ReportDefinition
  /** Where the file shall lie. Its folder exists. */
  readonly file: string
  /** Decimal places by currency code. */
  readonly places: ReadonlyMap<string, number>
  readonly form: CsvForm
}

/** What was written. `rows` does not count the header. */
export interface CsvFile {
  readonly file: string
  readonly bytes: number
  readonly rows: number
  readonly sha256: string
}

/** The rows could not be read to their end, or the file could not be written. */
export class CsvFileError extends Data.TaggedError("CsvFileError")<{
  readonly reason: "Query" | "File"
  readonly file: string
  readonly cause: unknown
}> {
  override get message(): string {
    const words = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return this.reason === "Query"
      ? `reading the rows of ${this.file} failed: ${words}`
      : `writing ${this.file} failed: ${words}${writeRemedy(words)}`
  }
}

/**
 * Writes a report as CSV (RFC 4180: CRLF, UTF-8, always a header), batch by batch, so that memory does not grow with the
 * rows. The file appears under its name only when it is whole and on the disk.
 */
export const writeCsv = (
  request: CsvRequest,
): Effect.Effect<CsvFile, ReportDefinitionError | CsvFileError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const { file } = request
    yield* checkDefinition(request.connection, request.definition)
    const partial = path.join(path.dirname(file), `.partial-${path.basename(file)}`)
    const fileError = (cause: PlatformError) => new CsvFileError({ reason: "File", file, cause })
    const written = yield* writeBatches(request, partial, fileError).pipe(
      Effect.scoped,
      Effect.onError(() => Effect.ignore(fs.remove(partial, { force: true }))),
    )
    yield* Effect.mapError(fs.rename(partial, file), fileError)
    return written
  })

const writeBatches = (request: CsvRequest, partial: string, fileError: (cause: PlatformError) => CsvFileError) =>
  Effect.gen(function* () {
    const { connection, definition, file, form, places } = request
    const fs = yield* FileSystem.FileSystem
    const queryError = (cause: unknown) => new CsvFileError({ reason: "Query", file, cause })
    const out = yield* Effect.mapError(fs.open(partial, { flag: "wx" }), fileError)
    const rows = yield* Effect.acquireRelease(
      Effect.interruptible(
        asking(
          () => connection.interrupt(),
          () => openTextRows(connection, definition),
          queryError,
        ),
      ),
      ({ stream }) => Effect.promise(() => stream.return()),
    )
    const hash = createHash("sha256")
    let bytes = 0
    let count = 0
    const write = (text: string) =>
      Effect.suspend(() => {
        const chunk = Buffer.from(text, "utf8")
        hash.update(chunk)
        bytes += chunk.length
        return Effect.mapError(out.writeAll(chunk), fileError)
      })

    const lines = csvLines(definition, places, form)
    yield* write(lines.header)
    yield* Stream.fromAsyncIterable(rows.stream, queryError).pipe(
      Stream.runForEach((batch) => {
        count += batch.length
        return write(lines.rows(batch.map(rows.read)))
      }),
    )
    yield* Effect.mapError(out.sync, fileError)
    return { file, bytes, rows: count, sha256: hash.digest("hex") }
  })
