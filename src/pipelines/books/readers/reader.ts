import { Data } from "effect"

/** Why a file of the partner's books cannot be read at all; the sentence names the place and the remedy. */
export class BookFileError extends Data.TaggedError("BookFileError")<{
  readonly file: string
  /** Where in the file; null where the whole of it is meant. */
  readonly line: number | null
  readonly detail: string
}> {
  readonly exitCode = 2
  override get message(): string {
    return `${this.file}${this.line === null ? "" : `, line ${this.line}`}: ${this.detail}`
  }
}

export const bookFormats = ["csv", "json", "parquet", "camt053"] as const
export type BookFormat = (typeof bookFormats)[number]

const formatOfExtension: Readonly<Record<string, BookFormat>> = {
  csv: "csv",
  tsv: "csv",
  txt: "csv",
  json: "json",
  jsonl: "json",
  ndjson: "json",
  parquet: "parquet",
  pq: "parquet",
  xml: "camt053",
  camt: "camt053",
}

/** The format that a file's extension means; null where it means none. */
export const formatOf = (file: string): BookFormat | null =>
  formatOfExtension[/\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase() ?? ""] ?? null

/**
 * Every reader leaves the temporary table `book_source` behind, one row for each line of the file: `source_line`,
 * `payload` (the line as it stands there), `fault` (why it cannot be read; NULL for a good one) and the mapped columns as
 * text, named by `fieldName`. What the file's own types make exact already is told here, so that no separator of the map
 * is applied to it.
 */
export interface BookSource {
  /** Columns whose text is a plain decimal with a point, whatever the map says. */
  readonly decimals: ReadonlySet<string>
  /** Columns whose text is ISO 8601, whatever the map says. */
  readonly moments: ReadonlySet<string>
}

export const fieldName = (columns: ReadonlyArray<string>, column: string): string => `field_${columns.indexOf(column)}`

/** Which of the mapped columns a file lacks, in a sentence; null where it has them all. */
export const missingColumns = (wanted: ReadonlyArray<string>, present: ReadonlyArray<string>): string | null => {
  const missing = wanted.filter((column) => !present.includes(column))
  return missing.length === 0
    ? null
    : `no column ${missing.map((column) => JSON.stringify(column)).join(", no column ")}; the file has ${present.map((column) => JSON.stringify(column)).join(", ")}; correct the map`
}
