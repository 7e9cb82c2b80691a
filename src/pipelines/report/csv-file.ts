import { createHash } from "node:crypto"
import type { DuckDBConnection } from "@duckdb/node-api"
import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { stringify } from "csv-stringify/sync"
import { Data, Effect, Stream } from "effect"
import { type RowBatch, RowStream } from "../../store/dialect/row-stream.ts"
import { cellTexts } from "./cells.ts"
import type { ReportDefinition, ReportDefinitionError } from "./definition.ts"
import { checkDefinition, reportQuery } from "./report-query.ts"

/** `excel` begins the file with a byte order mark, without which Excel takes UTF-8 for something else. */
export type CsvProfile = "plain" | "excel"

export interface CsvRequest {
  /** A connection with nothing else running on it: the rows are streamed. */
  readonly connection: DuckDBConnection
  readonly definition: ReportDefinition
  /** Where the file shall lie. Its folder exists. */
  readonly file: string
  /** Decimal places by currency code. */
  readonly places: ReadonlyMap<string, number>
  readonly profile: CsvProfile
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
    const what = this.reason === "Query" ? "reading the rows of" : "writing"
    return `${what} ${this.file} failed: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
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
    const { connection, definition, file } = request
    const fs = yield* FileSystem.FileSystem
    const queryError = (cause: unknown) => new CsvFileError({ reason: "Query", file, cause })
    const out = yield* Effect.mapError(fs.open(partial, { flag: "wx" }), fileError)
    const rows = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => RowStream.open(connection, reportQuery(definition)), catch: queryError }),
      (stream) => Effect.promise(() => stream.return()),
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

    yield* write(headerText(request))
    const toText = batchText(request)
    yield* Stream.fromAsyncIterable(rows, queryError).pipe(
      Stream.runForEach((batch) => {
        count += batch.length
        return write(toText(batch))
      }),
    )
    yield* Effect.mapError(out.sync, fileError)
    return { file, bytes, rows: count, sha256: hash.digest("hex") }
  })

// quote_record_delimiter must be asked for: once a record_delimiter is given, csv-stringify by itself leaves a lone CR or
// LF in a text unquoted, and a reader then sees two records.
export const RFC_4180 = { record_delimiter: "\r\n", quote_record_delimiter: true } as const

const headerText = ({ definition, profile }: CsvRequest): string =>
  stringify([definition.columns.map(({ name }) => name)], { ...RFC_4180, bom: profile === "excel" })

const batchText = ({ definition, places }: CsvRequest): ((batch: RowBatch) => string) => {
  const cells = cellTexts(definition, places)
  const isText = definition.columns.map(({ type }) => type.kind === "text")
  return (batch) =>
    stringify(
      batch.map((row) => cells(row).map((text, column) => (isText[column] ? withoutFormula(text) : text))),
      RFC_4180,
    )
}

/**
 * What a spreadsheet would take for a formula gets an apostrophe in front: = + - @ and their full-width forms, tab and
 * CR as csv-stringify's escape_formulas has them, and LF, which OWASP lists as well. Only text passes through here, so
 * that a negative number stays a number.
 */
export const withoutFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
