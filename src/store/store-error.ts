import { Data } from "effect"

/** The package that holds DuckDB's native library for this machine, as an error names it that cannot load it. */
export const libraryPackage = (words: string): string | null => /@duckdb\/node-bindings[\w-]*/.exec(words)?.[0] ?? null

/** What a person can do where DuckDB's native library is missing, or made for another system. */
export const libraryRemedy = (words: string): string =>
  `install tidemark again without --omit=optional, on the machine that runs it, so that ${libraryPackage(words) ?? "@duckdb/node-bindings"} is there`

/**
 * Why the store could not do what it was asked. `Locked`: another process has the file open. `Foreign`: the file is no
 * DuckDB database. `Stranger`: it is one, and none of ours. `Newer`: a newer version wrote it. `Replaced`: the file is no longer the
 * one that was opened. `Unreadable`: it is one that this version cannot read. `Denied`: folder or file rights. `Full`: no space left, be it
 * for the file, its log, or what DuckDB moves out of memory.
 * `Missing`: the file is not there. `NoLibrary`: DuckDB itself cannot be loaded. `Query`: a statement failed.
 */
export class StoreError extends Data.TaggedError("StoreError")<{
  readonly reason:
    | "Locked"
    | "Foreign"
    | "Stranger"
    | "Newer"
    | "Replaced"
    | "Unreadable"
    | "Denied"
    | "Full"
    | "Missing"
    | "NoLibrary"
    | "Query"
  readonly file: string
  readonly detail: string
  readonly cause?: unknown
}> {
  get exitCode(): number {
    return exitCodes[this.reason]
  }

  override get message(): string {
    if (this.reason === "NoLibrary") return `${sentences.NoLibrary} (${this.detail}); ${libraryRemedy(this.detail)}`
    if (this.reason === "Foreign" || this.reason === "Stranger") return `${this.file} ${sentences[this.reason]}`
    if (this.reason === "Newer") {
      return `${this.file} ${sentences.Newer} (it knows ${this.detail}); install that version`
    }
    if (this.reason === "Replaced") return `${this.file} ${sentences.Replaced} (${this.detail}); ${putBack}`
    const remedy = this.reason === "Full" ? `; ${freeSpace}` : this.reason === "Unreadable" ? `; ${takeBackup}` : ""
    return `${sentences[this.reason]}: ${this.file}${this.detail === "" ? "" : ` (${this.detail})`}${remedy}`
  }
}

/** A lock goes by itself; what a person named wrongly is wrong usage. */
const exitCodes = {
  Locked: 75,
  Foreign: 2,
  Stranger: 2,
  Newer: 2,
  Replaced: 1,
  Unreadable: 2,
  Denied: 2,
  Missing: 2,
  NoLibrary: 78,
  Full: 1,
  Query: 1,
} as const

const sentences = {
  Locked: "another process has the database open",
  Foreign: "is not a DuckDB database; name another with --db, or put back a copy if it is damaged",
  Stranger: "is a DuckDB database, but none of tidemark's; name another with --db",
  Newer: "was last written by a newer version",
  Replaced: "was replaced or cut short while the program had it open",
  Unreadable: "the file is not a database that this version can read",
  Denied: "the database cannot be opened or written; check the rights of the file and its folder",
  Full: "the disk is full, there is no space left for the database",
  Missing: "there is no such database",
  NoLibrary: "DuckDB's native library cannot be loaded",
  Query: "a statement on the database failed",
} as const

const putBack =
  "what was written since is not in it: put a backup back, or move it away, and run the same command again"

/** What helps where a file is damaged. */
const takeBackup = "put a backup back if it is damaged"

/** What helps against a full disk. How much is needed nobody knows beforehand. */
export const freeSpace = "free some space there and run the same command again; nothing that was committed is lost"

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? text

const patterns: ReadonlyArray<readonly [RegExp, StoreError["reason"]]> = [
  // These quote what stood in a record, which may say anything.
  [/^(Conversion|Constraint|Out of Range) Error|^Invalid Input Error: Malformed JSON/, "Query"],
  [
    /No space left|disk full|ENOSPC|not enough space|failed to offload data block|quota exceeded|EDQUOT|File too large|EFBIG/i,
    "Full",
  ],
  [/Could not set lock|Conflicting lock|already open|being used by another process/i, "Locked"],
  [
    /not a valid DuckDB database|Is a directory|newer version of DuckDB|older version of DuckDB|corrupt|checksum|deserialize|Could not read enough bytes/i,
    "Unreadable",
  ],
  [/node-bindings|duckdb native binding/, "NoLibrary"],
  [/does not exist in read-only mode|No such file|ENOENT|database does not exist/i, "Missing"],
  [/Permission denied|read-only file system|EACCES|EROFS|Read-only/i, "Denied"],
]

/** The reason that DuckDB's words, or those of the file system, stand for. */
export const reasonOf = (words: string): StoreError["reason"] =>
  patterns.find(([pattern]) => pattern.test(words))?.[1] ?? "Query"

/** Sorts what DuckDB or the file system says into the reasons that a user can act upon. */
export const storeError =
  (file: string) =>
  (cause: unknown): StoreError => {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return new StoreError({ reason: reasonOf(detail), file, detail: firstLine(detail), cause })
  }
