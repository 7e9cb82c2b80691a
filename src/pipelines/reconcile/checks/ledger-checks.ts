import type { Severity } from "../../configuration/file.ts"
import type { Check, CheckSetting } from "../check.ts"

/** What each ledger check takes from the verdicts: a sentence, and a severity of its own where the rule says so. */
interface LedgerCheck {
  readonly code: string
  readonly severity: Severity
  readonly definition: string
  /** SQL that says what was found; reads the columns of `verdict`. */
  readonly detail: string
  /** SQL for the exception's own severity; null for the check's. */
  readonly graver?: string
  readonly expected?: string
  readonly actual?: string
  /** SQL for the tolerance to print; the one for amounts unless said otherwise. */
  readonly tolerance?: string
  /** With a sentence and no query, the claims of this code that were not proven are counted. */
  readonly unproven?: string
  readonly unprovenWhen?: string
  readonly takes?: ReadonlyArray<CheckSetting>
  readonly finds: string
  readonly silent: string
}

const onlyOne =
  "The customer's transactions were not read to their end in this run, or one of them is in quarantine and could be another transaction of the movement."

const ofMovement = (check: LedgerCheck): Check => ({
  code: check.code,
  severity: check.severity,
  family: "ledger",
  definition: check.definition,
  query: `
      SELECT stream, record_id, CASE WHEN has_legs THEN movement_direction END AS leg, transaction_id AS counterpart_id,
        movement_customer AS customer_id, movement_currency AS currency, ${check.expected ?? "expected"} AS expected,
        ${check.actual ?? "actual"} AS actual, ${check.tolerance ?? "tolerance"} AS tolerance, ${check.graver ?? "NULL"} AS severity, ${check.detail} AS detail
      FROM verdict AS v WHERE verdict = '${check.code}' AND side = 'movement'`,
  unproven:
    check.unproven ??
    (check.unprovenWhen === undefined
      ? null
      : `SELECT count(*) AS unproven FROM verdict WHERE unproven_claim = '${check.code}' AND side = 'movement'`),
  ...(check.unprovenWhen === undefined ? {} : { unprovenWhen: check.unprovenWhen }),
  ...(check.takes === undefined ? {} : { takes: check.takes }),
  finds: check.finds,
  silent: check.silent,
})

export const ledgerChecks: ReadonlyArray<Check> = [
  ofMovement({
    code: "LED_MISSING_TRANSACTION",
    severity: "high",
    definition: "A settled movement past its grace has no transaction of any status (critical for a debit).",
    graver: "CASE movement_direction WHEN 'DEBIT' THEN 'critical' END",
    detail: "concat('settled as ', movement_direction, ' at ', moment(settled_at), ', and no transaction names it')",
    actual: "NULL",
    unproven:
      "SELECT count(*) AS unproven FROM verdict WHERE side = 'movement' AND verdict = 'unproven' AND class = 'settled' AND transaction_no IS NULL",
    unprovenWhen:
      "The customer's transactions were not read to their end in this run, or one of them is in quarantine and could be the one that is missing.",
    takes: ["grace"],
    finds: "A withdrawal that was COMPLETED yesterday, and no transaction names it.",
    silent: "One that was COMPLETED twenty minutes before the run: its transaction may still come.",
  }),
  {
    code: "LED_MISSING_PRODUCT",
    severity: "critical",
    family: "ledger",
    definition: "A transaction names a product record that does not exist.",
    query: `
      SELECT 'transactions' AS stream, transaction_id AS record_id, resource_id AS counterpart_id, customer_id, currency, actual,
        concat(status, ' transaction names ', resource_type, ' ', resource_id, ', which no list holds') AS detail
      FROM verdict WHERE verdict = 'LED_MISSING_PRODUCT'`,
    unproven:
      "SELECT count(*) AS unproven FROM verdict WHERE movement_no IS NULL AND verdict = 'unproven' AND resource_id IS NOT NULL",
    unprovenWhen:
      "The list that would hold the product record was not read to its end in this run, or one of its records is in quarantine and could be the one.",
    takes: ["grace"],
    finds: "A transaction that names fiat_deposit d-7, and the customer's fiat deposits hold none of that id.",
    silent: "A fee, which names no resource by right; or a deposit that is in quarantine, and so exists.",
  },
  ofMovement({
    code: "LED_DUPLICATE_TRANSACTION",
    severity: "critical",
    definition: "More than one posted transaction for one movement.",
    actual: "NULL",
    detail: `concat(posted, ' posted transactions for one movement: ', transaction_id, ' and ',
          (SELECT string_agg(d.transaction_id, ', ' ORDER BY d.transaction_id) FROM verdict AS d
           WHERE d.movement_no = v.movement_no AND d.side = 'transaction' AND d.is_posted AND NOT d.is_offset))`,
    unprovenWhen:
      "One of them goes the other way, and what it takes back could be among transactions that were not read to their end in this run, or are in quarantine.",
    finds: "A deposit that was credited twice, by two COMPLETED transactions.",
    silent: "A transaction that was REVERSED, its reversal, and the one that took their place.",
  }),
  ofMovement({
    code: "LED_AMOUNT_MISMATCH",
    severity: "high",
    definition: "The transaction's netAmount differs from the movement's beyond tolerance.",
    detail: "concat('the record moves ', plain(expected), ' ', movement_currency, ', its transaction ', plain(actual))",
    takes: ["tolerance"],
    finds: "A deposit of 1.5 ETH whose transaction moved 1.500000000000000001 ETH.",
    silent: "A deposit of 100 with a fee of 1, whose transaction moved 99: net amounts are compared.",
  }),
  ofMovement({
    code: "LED_FEE_MISMATCH",
    severity: "medium",
    definition: "The net amounts agree, and the fees differ beyond tolerance.",
    expected: "expected_fee",
    actual: "actual_fee",
    detail:
      "concat('the record has a fee of ', plain(expected_fee), ' ', movement_currency, ', its transaction ', plain(actual_fee))",
    tolerance: "fee_tolerance",
    takes: ["tolerance"],
    finds:
      "A deposit of 100 with a fee of 1, whose transaction says 100.50 with a fee of 1.50: the net amount is 99 in both.",
    silent: "A conversion's leg without a fee: the fee is on the leg whose currency is feeCurrency.",
  }),
  ofMovement({
    code: "LED_CURRENCY_MISMATCH",
    severity: "critical",
    definition: "The movement's only transaction is in another currency.",
    actual: "NULL",
    detail:
      "concat('the record moves ', plain(expected), ' ', movement_currency, ', its transaction ', plain(actual), ' ', currency)",
    unprovenWhen: onlyOne,
    finds: "A deposit of 100 USD whose only transaction moved 100 EUR.",
    silent: "A deposit of 100 USD with a transaction in USD beside one in EUR that FAILED.",
  }),
  ofMovement({
    code: "LED_DIRECTION_MISMATCH",
    severity: "critical",
    definition: "The only transaction of a one-leg movement has the other direction.",
    actual: "-actual",
    detail: "concat('the record is a ', movement_direction, ', its transaction a ', direction)",
    unprovenWhen: onlyOne,
    finds: "A deposit whose only transaction is a DEBIT.",
    silent: "A deposit that was credited, reversed by a DEBIT, and credited again.",
  }),
  ofMovement({
    code: "LED_OWNER_MISMATCH",
    severity: "critical",
    definition: "The movement's transaction belongs to another customer.",
    detail: "concat('the transaction belongs to customer ', customer_id)",
    finds: "A deposit of one customer that was credited to another.",
    silent: "Two customers with deposits of the same amount and reference, each with a transaction of its own.",
  }),
  ofMovement({
    code: "LED_STATUS_MISMATCH",
    severity: "high",
    definition:
      "A void record has a posted transaction (critical), or a settled record past grace has none that is posted.",
    graver: "CASE class WHEN 'void' THEN 'critical' END",
    detail: `CASE WHEN class = 'void' THEN 'the record will never move money, and its transaction is posted'
          WHEN is_offset THEN 'the record is settled, and its transaction was taken back by a reversal'
          ELSE concat('the record is settled, and its transaction is ', status) END`,
    takes: ["grace"],
    unprovenWhen: onlyOne,
    finds: "A withdrawal that FAILED, and its debit stayed COMPLETED.",
    silent: "A withdrawal that FAILED, and its debit was REVERSED.",
  }),
]
