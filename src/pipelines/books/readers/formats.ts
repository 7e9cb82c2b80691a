import { camt053 } from "./camt053.ts"
import { csv } from "./csv.ts"
import { json } from "./json.ts"
import { parquet } from "./parquet.ts"
import type { BookReader } from "./reader.ts"

/** The formats of the partner's books, one row each: a new one is its reader and its row here. */
export const readers = { csv, json, parquet, camt053 } satisfies Readonly<Record<string, BookReader>>

export type BookFormat = keyof typeof readers

export const bookFormats = Object.keys(readers) as ReadonlyArray<BookFormat>

/** The format that a file's extension means, packed with gzip or not; null where it means none. */
export const formatOf = (file: string): BookFormat | null => {
  const extension = /\.([^./\\]+)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase() ?? ""
  return bookFormats.find((format) => (readers[format].extensions as ReadonlyArray<string>).includes(extension)) ?? null
}
