import { packageSqlFiles } from "../sql-file.ts"
import { type CheckFile, readCheck } from "./check-file.ts"

/** Every check, in the order of their codes. */
export const checks: ReadonlyArray<CheckFile> = packageSqlFiles("reconcile/checks").map((file) => {
  const check = readCheck(file)
  // The package's own files are part of the program: a fault in one is a defect.
  if ("problem" in check) throw new Error(`${file.name}.sql, line ${check.line}: ${check.problem}`)
  return check
})
