import { toleranceOf } from "../../evidence/tolerance.ts"
import type { Check } from "../check.ts"
import { joinedSum, sumOfRest, sumOfWhole } from "../exact-sum.ts"
import { unjudgedCases } from "../unjudged-cases.ts"

/**
 * Checkouts with the sum of their settled payments. A sum is proven where the customer's payments were read whole, none
 * that is unreadable could belong to the checkout, and each one's status says whether it settled. Where the checkout or
 * a payment changed within the grace, the two lists may have been read on either side of the change.
 */
const totalled = `
      WITH payment AS (
        SELECT p.checkout_id, p.currency, p.amount, s.class, coalesce(p.completed_at, p.updated_at) AS settled_at
        FROM main.collection_payments AS p
        LEFT JOIN recon.statuses AS s ON s.stream = 'collection_payments' AND s.status = p.status
        WHERE p.checkout_id IS NOT NULL
      ),
      paid AS (
        SELECT checkout_id, currency, count(*) AS payments, ${sumOfWhole("amount")} AS whole, ${sumOfRest("amount")} AS rest,
          max(settled_at) AS last_settled_at
        FROM payment WHERE class = 'settled' GROUP BY checkout_id, currency
      ),
      -- A payment in quarantine counts for the checkout that it names now and for the one that it named when last read;
      -- one that names none that can be read, for any of its customer's.
      unreadable AS (
        SELECT customer_id, checkout_id FROM quarantined WHERE stream = 'collection_payments'
        UNION
        SELECT p.customer_id, p.checkout_id FROM main.collection_payments AS p
        JOIN quarantined AS q ON q.stream = 'collection_payments' AND q.record_id = p.payment_id
        WHERE p.checkout_id IS NOT NULL
      ),
      doubtful AS (
        SELECT checkout_id FROM unreadable WHERE checkout_id IS NOT NULL
        UNION
        SELECT checkout_id FROM payment WHERE class IS NULL
        UNION
        SELECT k.checkout_id FROM main.checkouts AS k JOIN unreadable AS u ON u.customer_id = k.customer_id AND u.checkout_id IS NULL
      ),
      totalled AS (
        SELECT k.checkout_id, k.customer_id, k.currency, k.paid_amount, coalesce(p.payments, 0) AS payments,
          CASE WHEN p.checkout_id IS NULL THEN 0 ELSE ${joinedSum("p.whole", "p.rest")} END AS total,
          v.customer_id IS NOT NULL AND d.checkout_id IS NULL AS is_proven,
          greatest(k.updated_at, p.last_settled_at) + getvariable('grace') > getvariable('started_at') AS in_grace
        FROM main.checkouts AS k
        LEFT JOIN paid AS p ON p.checkout_id = k.checkout_id AND p.currency = k.currency
        LEFT JOIN proven AS v ON v.customer_id = k.customer_id AND v.stream = 'collection_payments'
        LEFT JOIN doubtful AS d ON d.checkout_id = k.checkout_id
      )`

const tolerance = toleranceOf("currency", "total")

export const collectionChecks: ReadonlyArray<Check> = [
  {
    code: "COLL_CHECKOUT_TOTAL",
    severity: "high",
    family: "collections",
    definition:
      "A checkout's paidAmount differs beyond tolerance from the sum of its settled payments in its currency, past the grace.",
    query: `${totalled}
      SELECT 'checkouts' AS stream, checkout_id AS record_id, customer_id, currency, total AS expected, paid_amount AS actual,
        ${tolerance} AS tolerance,
        concat('stated as paid ', plain(paid_amount), ', and ', payments, CASE payments WHEN 1 THEN ' settled payment makes ' ELSE ' settled payments make ' END,
          coalesce(plain(total), 'more than can be stored')) AS detail
      FROM totalled
      WHERE is_proven AND NOT in_grace AND coalesce(TRY(abs(paid_amount - total)), 99999999999999999999) > ${tolerance}`,
    ...unjudgedCases(
      `${totalled}
      SELECT 'checkouts' AS stream, checkout_id AS record_id FROM totalled WHERE NOT is_proven`,
      "The customer's payments were not read to their end in this run, one that could belong to the checkout is in quarantine, or one that does has a status outside the contract.",
    ),
    takes: ["grace", "tolerance"],
    finds: "A checkout with a paidAmount of 80 USDC whose one COMPLETED payment was 79.999999 USDC.",
    silent: "A checkout paid by one COMPLETED payment, with another that FAILED and a third in another currency.",
  },
  {
    code: "COLL_AFTER_EXPIRY",
    severity: "medium",
    family: "collections",
    definition: "A payment was created after its checkout had expired.",
    query: `
      SELECT 'collection_payments' AS stream, p.payment_id AS record_id, p.checkout_id AS counterpart_id, p.customer_id, p.currency,
        p.amount AS actual, concat('created at ', moment(p.created_at), ', and its checkout had expired at ', moment(k.expires_at)) AS detail
      FROM main.collection_payments AS p JOIN main.checkouts AS k ON k.checkout_id = p.checkout_id
      WHERE p.created_at > k.expires_at`,
    unproven: null,
    finds: "A payment created an hour after its checkout's expiresAt.",
    silent: "A payment created before its checkout's expiresAt and completed after it.",
  },
]
