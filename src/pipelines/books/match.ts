import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { checkLedgerConservation, type LedgerConservationBroken } from "./conservation.ts"
import { prepareLedgers } from "./match-ground.ts"
import { matchByAmount } from "./rules/amount-rule.ts"
import { matchByReference, referenceTiesSql } from "./rules/reference-rule.ts"
import { matchBySum } from "./rules/sum-rule.ts"
import { type BoundedRule, boundedRule, type LedgerSettings } from "./settings.ts"
import { ledgerVerdictSql } from "./verdict.ts"

const apply = (sql: Sql, { by, ...bounds }: BoundedRule): Effect.Effect<void, StoreError> => {
  switch (by) {
    case "transactionId":
    case "resourceId":
    case "reference":
      return matchByReference(sql, by)
    case "amount":
      return matchByAmount(sql, bounds.windowHours)
    case "sumOfTransactions":
    case "sumOfLines":
      return matchBySum(sql, { by, ...bounds })
  }
}

/**
 * Matches every ledger with the posted transactions, rule by rule, and judges each line and each transaction: reads what
 * `ground.ts` prepared, leaves `ledger_line_verdict`, `ledger_posting_verdict` and recon.ledger_judged behind. All rules
 * work on sets, so that the order of rows decides nothing.
 */
export const matchLedgers = (
  sql: Sql,
  settings: LedgerSettings,
): Effect.Effect<void, StoreError | LedgerConservationBroken> =>
  Effect.gen(function* () {
    yield* prepareLedgers(sql, settings)
    const lines = yield* sql.rows("SELECT 1 FROM ledger_line LIMIT 1")
    const rules = lines.length === 0 ? [] : settings.rules.map(boundedRule)
    for (const rule of rules) yield* apply(sql, rule)
    for (const { by } of rules) {
      if (by === "transactionId" || by === "resourceId" || by === "reference") yield* sql.run(referenceTiesSql(by))
    }
    for (const statement of ledgerVerdictSql) yield* sql.run(statement)
    yield* checkLedgerConservation(sql)
  })
