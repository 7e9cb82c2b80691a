import type { FileSystem } from "@effect/platform"
import { Data, type Effect, type Stream } from "effect"
import type { Sql } from "../../../store/database.ts"
import type { StoreError } from "../../../store/store-error.ts"
import type { BankStatement } from "./bank-statement.ts"

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

/** A line of a file as its reader gives it: where it stands, what stood there, and the mapped columns as text. */
export interface BookRow {
  readonly line: number
  readonly payload: string
  /** Why it is no line of its format; null for a good one. */
  readonly fault: string | null
  /** In the order of the mapped columns; null where there is none. */
  readonly fields: ReadonlyArray<string | null>
  /** Of a bank statement: which one of the file, from 0, and what the booking is known again by; its entry, and how fully that is told. */
  readonly booking?: {
    readonly statement: number
    readonly identity: string
    readonly entry: string | null
    readonly told: number
  }
}

/** What a reader is asked: the file, and which of its columns the map names. */
export interface BookAsk {
  readonly sql: Sql
  /** As the user named it. */
  readonly file: string
  readonly path: string
  readonly columns: ReadonlyArray<string>
  /** Those of the columns that hold amounts, and those whose every digit counts. */
  readonly amounts: ReadonlyArray<string>
  readonly exact: ReadonlyArray<string>
  readonly delimiter: string | undefined
  /** Of a text whose first bytes do not say it; UTF-8 where it is left out. */
  readonly encoding: string | undefined
  /** Where in a JSON file the list lies. */
  readonly list: string | undefined
  /** Whether the map reads amounts as JSON writes numbers. */
  readonly hasPlainAmounts: boolean
  readonly reversals: "ownSide" | "originalSide" | undefined
}

/** An opened file: its lines, and what its own types make exact already, so that no separator or format is applied to it. */
export interface OpenedBook {
  readonly rows: Stream.Stream<BookRow, StoreError | BookFileError>
  /** Columns whose text is a plain decimal with a point, whatever the map says. */
  readonly decimals: ReadonlySet<string>
  /** Columns whose text is ISO 8601, whatever the map says. */
  readonly moments: ReadonlySet<string>
  readonly statements: ReadonlyArray<BankStatement>
  /** Whether "1.234" may be more than a thousand here, as in spreadsheets; what programs write for programs has no groups. */
  readonly isWrittenByPeople?: boolean
}

/** A format: how its files are opened, and by which extensions they are known. */
export interface BookReader {
  readonly extensions: ReadonlyArray<string>
  /** How many columns a file has that is not mapped yet, for `books map`; null where its format names them. */
  readonly columnsOf:
    | ((ask: BookAsk) => Effect.Effect<ReadonlyArray<string>, StoreError | BookFileError, FileSystem.FileSystem>)
    | null
  readonly open: (ask: BookAsk) => Effect.Effect<OpenedBook, StoreError | BookFileError, FileSystem.FileSystem>
}

export const nothing: Omit<OpenedBook, "rows"> = { decimals: new Set(), moments: new Set(), statements: [] }

/** A person looks through no more of them. */
const mostNames = 50

const namesIn = (columns: ReadonlyArray<string>): string => {
  const named = columns.slice(0, mostNames).map((column) => JSON.stringify(column))
  const more = columns.length - named.length
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ")
}

/** Which of the mapped columns a file lacks, in a sentence; null where it has them all. */
export const missingColumns = (wanted: ReadonlyArray<string>, present: ReadonlyArray<string>): string | null => {
  const missing = wanted.filter((column) => !present.includes(column))
  return missing.length === 0
    ? null
    : `no column ${missing.map((column) => JSON.stringify(column)).join(", no column ")}; the file has ${namesIn(present)}; correct the map`
}
