import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { type BookSettings, type BoundedRule, boundedRule } from "../configuration/books-settings.ts"
import { type BookConservationBroken, checkBookConservation } from "./conservation.ts"
import { prepareBooks } from "./match-ground.ts"
import { matchByAmount } from "./rules/amount-rule.ts"
import { matchByReference, referenceTiesSql } from "./rules/reference-rule.ts"
import { matchBySum } from "./rules/sum-rule.ts"
import { judgeBooks } from "./verdict.ts"

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
 * Matches every book with the posted transactions, rule by rule, and judges each line and each transaction: reads what
 * `match-ground.ts` prepared, leaves recon.book_match, book_line_verdict, book_posting_verdict and book_judged behind. All rules
 * work on sets, so that the order of rows decides nothing.
 */
export const matchBooks = (
  sql: Sql,
  settings: BookSettings,
): Effect.Effect<void, StoreError | BookConservationBroken> =>
  Effect.gen(function* () {
    yield* prepareBooks(sql, settings)
    const lines = yield* sql.rows("SELECT 1 FROM book_line LIMIT 1")
    const rules = lines.length === 0 ? [] : settings.rules.map(boundedRule)
    for (const rule of rules) yield* apply(sql, rule)
    for (const { by } of rules) {
      if (by === "transactionId" || by === "resourceId" || by === "reference") yield* sql.run(referenceTiesSql(by))
    }
    yield* judgeBooks(sql)
    yield* checkBookConservation(sql)
  })
