import { packageSqlFiles } from "../sql-file.ts"
import { type CheckFile, readCheck } from "./check-file.ts"
import { ageChecks } from "./checks/age-checks.ts"
import { collectionChecks } from "./checks/collection-checks.ts"
import { conversionChecks } from "./checks/conversion-checks.ts"
import { coverageChecks } from "./checks/coverage-checks.ts"
import { duplicateChecks } from "./checks/duplicate-checks.ts"
import { hashChecks } from "./checks/hash-checks.ts"
import { historyChecks } from "./checks/history-checks.ts"
import { recordChecks } from "./checks/record-checks.ts"
import { refundChecks } from "./checks/refund-checks.ts"
import { asCheckFile } from "./legacy.ts"

const fromFiles = (): ReadonlyArray<CheckFile> =>
  packageSqlFiles("reconcile/checks").map((file) => {
    const check = readCheck(file)
    // The package's own files are part of the program: a fault in one is a defect.
    if ("problem" in check) throw new Error(`${file.name}.sql, line ${check.line}: ${check.problem}`)
    return check
  })

/** Every check, family by family. */
export const checks: ReadonlyArray<CheckFile> = [
  ...fromFiles(),
  ...[
    ...coverageChecks,
    ...recordChecks,
    ...historyChecks,
    ...duplicateChecks,
    ...hashChecks,
    ...ageChecks,
    ...conversionChecks,
    ...refundChecks,
    ...collectionChecks,
  ].map(asCheckFile),
]
