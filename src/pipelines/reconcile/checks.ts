import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { Data, Effect } from "effect"
import { packageSqlFiles, parseSqlFile, type SqlFileFault } from "../sql-file.ts"
import { type CheckFile, readCheck } from "./check-file.ts"

/** The program's own checks, in the order of their codes. */
export const checks: ReadonlyArray<CheckFile> = packageSqlFiles("reconcile/checks").map((file) => {
  const check = readCheck(file)
  // The package's own files are part of the program: a fault in one is a defect.
  if ("problem" in check) throw new Error(`${file.name}.sql, line ${check.line}: ${check.problem}`)
  return check
})

/** A partner's own check, and where its query stands. */
export interface OwnCheck extends CheckFile {
  readonly file: string
  /** The line of the file on which the query begins, from 1. */
  readonly sqlLine: number
}

/** A check of the partner's own, or its folder, cannot be used. */
export class OwnCheckError extends Data.TaggedError("OwnCheckError")<{
  readonly file: string
  /** Null where the whole file or folder is meant. */
  readonly line: number | null
  readonly problem: string
}> {
  readonly exitCode = 78
  override get message(): string {
    return `${this.file}${this.line === null ? "" : `, line ${this.line}`}: ${this.problem}`
  }
}

const sqlFilesIn = (folder: string): Effect.Effect<ReadonlyArray<string>, OwnCheckError> =>
  existsSync(folder) && statSync(folder).isDirectory()
    ? Effect.succeed(
        readdirSync(folder)
          .filter((name) => name.endsWith(".sql"))
          .sort(),
      )
    : new OwnCheckError({ file: folder, line: null, problem: "is no folder; correct ownChecks in the configuration" })

const noFile = "is no file that this account can read; correct its rights, or take it out of the folder"

/** Null where it is a folder, a device or a pipe, which nobody may write into, or where it may not be read. */
const textOf = (path: string): string | null => {
  try {
    return statSync(path).isFile() ? readFileSync(path, "utf8") : null
  } catch {
    return null
  }
}

const readOwn = (folder: string, name: string): Effect.Effect<OwnCheck, OwnCheckError> => {
  const path = join(folder, name)
  const text = textOf(path)
  if (text === null) return new OwnCheckError({ file: path, line: null, problem: noFile })
  const parsed = parseSqlFile(name.slice(0, -".sql".length), text)
  const check = "problem" in parsed ? parsed : readCheck(parsed)
  if ("problem" in parsed || "problem" in check) {
    const { line, problem, remedy } = check as SqlFileFault
    return new OwnCheckError({ file: path, line, problem: remedy === undefined ? problem : `${problem}. ${remedy}` })
  }
  return Effect.succeed({ ...check, file: path, sqlLine: parsed.sqlLine })
}

/** The checks of the partner's own that lie in these folders. A code belongs to one check. */
export const ownChecksIn = (folders: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<OwnCheck>, OwnCheckError> =>
  Effect.gen(function* () {
    const own: Array<OwnCheck> = []
    for (const folder of folders) {
      for (const name of yield* sqlFilesIn(folder)) {
        const check = yield* readOwn(folder, name)
        const other = [...checks, ...own].find(({ code }) => code === check.code)
        if (other !== undefined) {
          const whose = "file" in other ? `the check in ${other.file}` : "one of tidemark's own checks"
          return yield* new OwnCheckError({
            file: check.file,
            line: null,
            problem: `${check.code} is the code of ${whose}; give the file another name`,
          })
        }
        own.push(check)
      }
    }
    return own
  })

/** Every check in force: the program's own, then the partner's, each in the order of their codes. */
export const checksWith = (folders: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<CheckFile>, OwnCheckError> =>
  Effect.map(ownChecksIn(folders), (own) => [...checks, ...own])
