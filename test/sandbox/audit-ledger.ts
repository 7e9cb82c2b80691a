import type { Lists } from "../oracle/lists.ts"
import { judgeMoney } from "../oracle/money.ts"
import { judgeTransactions } from "../oracle/transactions.ts"
import type { Books } from "./books.ts"
import { type Finding, finding } from "./finding.ts"

const severities = { LED_MISSING_PRODUCT: "critical", LED_TYPE_MISMATCH: "high", LED_ADJUSTMENT: "high" } as const

/** Every record's money against its transactions, and every transaction by itself, as the oracle of the money rules judges them. */
export const auditLedger = (books: Books): ReadonlyArray<Finding> => {
  const lists: Lists = { now: books.now, entries: books.entries, refused: books.quarantined, unread: new Set() }
  const legs = judgeMoney(lists, {})
  return [
    ...legs.flatMap(({ found, leg, record }) =>
      found.map(({ code, severity }) => finding(code, record.id, severity, leg.leg ?? undefined)),
    ),
    ...judgeTransactions(lists, {}, legs).flatMap(({ code, outcome, transaction }) =>
      code === undefined || outcome !== "exception" ? [] : [finding(code, transaction.id, severities[code])],
    ),
  ]
}
