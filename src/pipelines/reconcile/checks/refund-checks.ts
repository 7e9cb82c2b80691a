import { toleranceOf } from "../../evidence/tolerance.ts"
import type { Check } from "../check.ts"
import { joinedSum, sumOfRest, sumOfWhole } from "../exact-sum.ts"
import { missingNamedSql, type Naming, unprovenNamedSql, unprovenWhenNamed } from "../named-record.ts"
import { unjudgedCases } from "../unjudged-cases.ts"

const depositOfRefund: Naming = {
  stream: "crypto_refunds",
  id: "refund_id",
  names: "original_deposit_id",
  namedStream: "crypto_deposits",
  namedId: "deposit_id",
  noun: "deposit",
}

/** Whether a sum, NULL where it is too large for the store, is more than the deposit. */
const exceeds = (sum: string, whole: string): string =>
  `coalesce(TRY(${sum} - d.amount) > ${toleranceOf("d.currency", "d.amount")}, ${whole} > 0, FALSE)`

/**
 * Deposits with what was refunded of them in their own currency: by refunds that certainly are not void, and by all that
 * might not be, whoever they were paid to. A refund of an unknown status may be void or not.
 */
const refunded = `
      WITH refund AS (
        SELECT r.original_deposit_id AS deposit_id, r.currency, r.amount, s.class IS NOT NULL AS is_known
        FROM main.crypto_refunds AS r LEFT JOIN recon.statuses AS s ON s.stream = 'crypto_refunds' AND s.status = r.status
        WHERE s.class IS DISTINCT FROM 'void'
      ),
      summed AS (
        SELECT deposit_id, currency, count(*) FILTER (is_known) AS refunds,
          coalesce(${sumOfWhole("amount")} FILTER (is_known), 0) AS whole, coalesce(${sumOfRest("amount")} FILTER (is_known), 0) AS rest,
          ${sumOfWhole("amount")} AS possible_whole, ${sumOfRest("amount")} AS possible_rest
        FROM refund GROUP BY deposit_id, currency
      ),
      joined AS (
        SELECT *, ${joinedSum("whole", "rest")} AS total, ${joinedSum("possible_whole", "possible_rest")} AS possible_total FROM summed
      ),
      refunded AS (
        SELECT d.deposit_id, d.customer_id, d.currency, d.amount, j.refunds, j.total,
          j.refunds > 0 AND ${exceeds("j.total", "j.whole")} AS is_excess, ${exceeds("j.possible_total", "j.possible_whole")} AS is_possible_excess,
          ${toleranceOf("d.currency", "d.amount")} AS tolerance
        FROM main.crypto_deposits AS d JOIN joined AS j ON j.deposit_id = d.deposit_id AND j.currency = d.currency
      )`

export const refundChecks: ReadonlyArray<Check> = [
  {
    code: "REFUND_ORPHAN",
    severity: "high",
    family: "refunds",
    definition: "A refund past its grace names a deposit that does not exist, or that belongs to another customer.",
    query: missingNamedSql(depositOfRefund),
    ...unjudgedCases(unprovenNamedSql(depositOfRefund), unprovenWhenNamed(depositOfRefund)),
    takes: ["grace"],
    finds: "A refund whose originalDepositId is on no list of deposits, although the customer's was read to its end.",
    silent: "A refund of a deposit that is there and REFUNDED or FAILED, or of one that is in quarantine.",
  },
  {
    code: "REFUND_EXCESS",
    severity: "critical",
    family: "refunds",
    definition: "The refunds of one deposit in its currency, void ones aside, exceed its amount beyond tolerance.",
    query: `${refunded}
      SELECT 'crypto_deposits' AS stream, deposit_id AS record_id, customer_id, currency, amount AS expected, total AS actual, tolerance,
        concat(refunds, CASE refunds WHEN 1 THEN ' refund sends' ELSE ' refunds send' END, ' back more than the deposit of ',
          plain(amount), ' ', currency) AS detail
      FROM refunded WHERE is_excess`,
    ...unjudgedCases(
      `${refunded}
      SELECT 'crypto_deposits' AS stream, deposit_id AS record_id FROM refunded WHERE is_possible_excess AND NOT is_excess`,
      "The sum exceeds the deposit only with a refund whose status is outside the contract, which may be void or not.",
    ),
    takes: ["tolerance"],
    finds: "A deposit of 100 USDT with two refunds of 60 USDT, one COMPLETED, one still PENDING.",
    silent: "A deposit of 100 USDT with two refunds of 50 USDT, and a third that FAILED.",
  },
  {
    code: "REFUND_ROUTE",
    severity: "critical",
    family: "refunds",
    definition: "A refund's currency or network differs from its deposit's.",
    query: `
      SELECT 'crypto_refunds' AS stream, r.refund_id AS record_id, r.original_deposit_id AS counterpart_id, r.customer_id, r.currency,
        r.amount AS actual,
        concat('the deposit came in ', d.currency, ' on ', d.network, ', the refund goes out in ', r.currency, ' on ', r.network) AS detail
      FROM main.crypto_refunds AS r
      JOIN main.crypto_deposits AS d ON d.deposit_id = r.original_deposit_id AND d.customer_id = r.customer_id
      WHERE d.currency <> r.currency OR d.network <> r.network`,
    unproven: null,
    finds: "A deposit of USDT on TRON that is refunded in USDT on ETHEREUM.",
    silent: "A deposit of USDT on TRON that is refunded on TRON.",
  },
]
