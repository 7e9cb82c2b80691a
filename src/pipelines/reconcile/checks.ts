import type { Check } from "./check.ts"
import { ageChecks } from "./checks/age-checks.ts"
import { balanceChecks } from "./checks/balance-checks.ts"
import { bookChecks } from "./checks/book-checks.ts"
import { collectionChecks } from "./checks/collection-checks.ts"
import { conversionChecks } from "./checks/conversion-checks.ts"
import { coverageChecks } from "./checks/coverage-checks.ts"
import { duplicateChecks } from "./checks/duplicate-checks.ts"
import { hashChecks } from "./checks/hash-checks.ts"
import { historyChecks } from "./checks/history-checks.ts"
import { ledgerChecks } from "./checks/ledger-checks.ts"
import { recordChecks } from "./checks/record-checks.ts"
import { refundChecks } from "./checks/refund-checks.ts"

/** Every check, family by family. */
export const checks: ReadonlyArray<Check> = [
  ...coverageChecks,
  ...recordChecks,
  ...historyChecks,
  ...ledgerChecks,
  ...duplicateChecks,
  ...hashChecks,
  ...ageChecks,
  ...conversionChecks,
  ...refundChecks,
  ...collectionChecks,
  ...balanceChecks,
  ...bookChecks,
]
