import { toleranceOf } from "../../evidence/tolerance.ts"
import type { Check } from "../check.ts"

const balanceId = (row: string): string => `concat_ws('/', ${row}.customer_id, ${row}.currency)`

/** Where sums of posted transactions prove something: both lists are proven, and nothing unreadable is in them. */
const isProven = "s.is_proven AND s.balances_proven"

const unprovenWhen =
  "The customer's transactions or balances were not read to their end in this run, one of them is in quarantine, or the sum leaves DECIMAL(38,18)."

/** What the residual equals, as suspects.ts found it. */
const suspicionOf = (code: string): string =>
  `LEFT JOIN suspicion AS x ON x.code = '${code}' AND x.customer_id = c.customer_id AND x.currency = c.currency`
const suspects = "coalesce('; suspects: ' || x.suspects, '')"

const inception = "coalesce(p.since_inception, 0)"
const rolled = "TRY(o.total + coalesce(p.in_period, 0))"

export const balanceChecks: ReadonlyArray<Check> = [
  {
    code: "BAL_COMPONENTS",
    severity: "high",
    family: "balances",
    definition: "available + held is not total.",
    query: `
      SELECT 'balances' AS stream, ${balanceId("b")} AS record_id, b.customer_id, b.currency, TRY(b.available + b.held) AS expected,
        b.total AS actual, concat('available ', plain(b.available), ' + held ', plain(b.held), ' is not total ', plain(b.total)) AS detail
      FROM closing AS b WHERE TRY(b.available + b.held) IS DISTINCT FROM b.total`,
    unproven: null,
    finds: "A balance of 90.00 available and 9.99 held with a total of 100.00.",
    silent: "A balance of 90.00 available and 10.00 held with a total of 100.00.",
  },
  {
    code: "BAL_NEGATIVE",
    severity: "high",
    family: "balances",
    definition: "total or available is below zero.",
    query: `
      SELECT 'balances' AS stream, ${balanceId("b")} AS record_id, b.customer_id, b.currency, 0 AS expected,
        least(b.total, b.available) AS actual, concat('total ', plain(b.total), ', available ', plain(b.available)) AS detail
      FROM closing AS b WHERE b.total < 0 OR b.available < 0`,
    unproven: null,
    finds: "A balance of 100 with 130 held, so that -30 is available.",
    silent: "A balance of zero.",
  },
  {
    code: "BAL_INCEPTION",
    severity: "critical",
    family: "balances",
    definition: "total is not the sum of all posted net amounts, credits less debits, up to asOf.",
    query: `
      SELECT 'balances' AS stream, ${balanceId("c")} AS record_id, c.customer_id, c.currency,
        ${inception} AS expected, c.total AS actual, ${toleranceOf("c.currency", inception)} AS tolerance,
        concat('the balance is not the sum of the transactions since the beginning', ${suspects}) AS detail
      FROM closing AS c
      JOIN summable AS s ON s.customer_id = c.customer_id AND s.currency = c.currency AND ${isProven}
      LEFT JOIN posted AS p ON p.customer_id = c.customer_id AND p.currency = c.currency
      ${suspicionOf("BAL_INCEPTION")}
      WHERE coalesce(TRY(abs(c.total - ${inception})), 99999999999999999999) > ${toleranceOf("c.currency", inception)}`,
    unproven: `
      SELECT count(*) AS unproven FROM closing AS c
      JOIN summable AS s ON s.customer_id = c.customer_id AND s.currency = c.currency AND NOT (${isProven})`,
    unprovenWhen,
    takes: ["tolerance"],
    finds: "A balance of 100.01 where all that was ever posted comes to 100.00.",
    silent: "The same balance where a transaction of 0.01 was posted before asOf, or one of 5.00 after it.",
  },
  {
    code: "BAL_ROLLFORWARD",
    severity: "critical",
    family: "balances",
    definition: "The opening balance and the movements posted since do not make the closing balance.",
    query: `
      SELECT 'balances' AS stream, ${balanceId("c")} AS record_id, c.customer_id, c.currency,
        ${rolled} AS expected, c.total AS actual, ${toleranceOf("c.currency", rolled)} AS tolerance,
        concat('opening ', plain(o.total), ' and movements ', plain(coalesce(p.in_period, 0)), ' since ', moment(o.as_of), ' do not make the closing balance', ${suspects}) AS detail
      FROM closing AS c
      JOIN opening AS o ON o.customer_id = c.customer_id AND o.currency = c.currency
      JOIN summable AS s ON s.customer_id = c.customer_id AND s.currency = c.currency AND ${isProven}
      LEFT JOIN posted AS p ON p.customer_id = c.customer_id AND p.currency = c.currency
      ${suspicionOf("BAL_ROLLFORWARD")}
      WHERE coalesce(TRY(abs(c.total - (o.total + coalesce(p.in_period, 0)))), 99999999999999999999) > ${toleranceOf("c.currency", rolled)}`,
    unproven: `
      SELECT count(*) AS unproven FROM closing AS c
      LEFT JOIN opening AS o ON o.customer_id = c.customer_id AND o.currency = c.currency
      JOIN summable AS s ON s.customer_id = c.customer_id AND s.currency = c.currency
      WHERE o.customer_id IS NOT NULL AND NOT (${isProven})`,
    unprovenWhen,
    takes: ["tolerance"],
    finds:
      "Yesterday's balance was 100 and 20 was posted since, and today's is 115. Or a deposit that was posted before yesterday's reading came to light only today.",
    silent: "A deposit posted at the very instant of today's reading and contained in it.",
  },
  {
    code: "BAL_UNSTATED",
    severity: "high",
    family: "balances",
    definition: "Posted transactions in a currency for which the customer has no balance row do not sum to zero.",
    query: `
      SELECT 'balances' AS stream, ${balanceId("p")} AS record_id, p.customer_id, p.currency, p.since_inception AS expected,
        'posted transactions make a balance that the API does not state' AS detail
      FROM posted AS p
      JOIN summable AS s ON s.customer_id = p.customer_id AND s.currency = p.currency AND ${isProven}
      ANTI JOIN closing AS c ON c.customer_id = p.customer_id AND c.currency = p.currency
      WHERE p.since_inception <> 0`,
    unproven: `
      SELECT count(*) AS unproven FROM posted AS p
      JOIN summable AS s ON s.customer_id = p.customer_id AND s.currency = p.currency AND NOT (${isProven})
      ANTI JOIN closing AS c ON c.customer_id = p.customer_id AND c.currency = p.currency`,
    unprovenWhen,
    finds: "A deposit of 75 EUR was posted, and the customer has no balance row in EUR.",
    silent: "60 EUR came in and 60 EUR went out, and there is no balance row in EUR.",
  },
]
