import { packageSqlFiles } from "../sql-file.ts"
import { type CheckFile, readCheck } from "./check-file.ts"
import { bookChecks } from "./checks/book-checks.ts"
import { asCheckFile } from "./legacy.ts"

const fromFiles = (): ReadonlyArray<CheckFile> =>
  packageSqlFiles("reconcile/checks").map((file) => {
    const check = readCheck(file)
    // The package's own files are part of the program: a fault in one is a defect.
    if ("problem" in check) throw new Error(`${file.name}.sql, line ${check.line}: ${check.problem}`)
    return check
  })

/** Every check, family by family. */
export const checks: ReadonlyArray<CheckFile> = [...fromFiles(), ...[...bookChecks].map(asCheckFile)]
