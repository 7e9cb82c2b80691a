import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { plural } from "../run/quantities.ts"

/** How many, and how much of a currency; null where it is about no amount, or where the sum is no decimal. */
export interface OpenMoney {
  readonly currency: string | null
  readonly count: number
  readonly amount: string | null
  /** The amount as a person reads it. */
  readonly money: string | null
}

/** What a customer leaves behind, by currency, as the last run knew it that read the customer. */
export interface StillOpen {
  /** Those that nobody settled; that of the roster aside. */
  readonly exceptions: ReadonlyArray<OpenMoney>
  /** Records and transactions that are open, and differences that were in their grace. */
  readonly inFlight: ReadonlyArray<OpenMoney>
  /** Totals that are not zero. */
  readonly balances: ReadonlyArray<OpenMoney>
}

const openSql = `
  WITH waiting AS (
    SELECT k.currency, k.amount FROM recon.known_record AS k
    WHERE k.customer_id = $1 AND k.stream IN (SELECT stream FROM recon.product)
      AND (k.class = 'open' OR concat_ws('/', k.stream, k.record_id) IN (SELECT difference FROM recon.grace_begun WHERE customer_id = $1))
    UNION ALL
    SELECT recon.currency_name(t.currency), t.net_amount FROM main.transactions AS t
    JOIN recon.statuses AS s ON s.stream = 'transactions' AND s.status = t.status AND s.class = 'open'
    WHERE t.customer_id = $1 AND t.resource_id IS NULL
  ),
  open AS (
    SELECT 'exceptions' AS what, currency, at_stake AS amount FROM recon.exceptions
    WHERE customer_id = $1 AND recon.is_live(state) AND code <> 'COV_CUSTOMER_DROPPED'
    UNION ALL
    SELECT 'in flight', currency, amount FROM waiting
    UNION ALL
    SELECT 'balances', recon.currency_name(b.currency), b.total FROM main.balances AS b JOIN main.customers AS c USING (customer_id)
    WHERE b.customer_id = $1 AND b.last_seen_run = c.last_seen_run AND b.total <> 0
  ),
  summed AS (SELECT what, currency, count(*) AS count, recon.exact_sum(amount) AS amount FROM open GROUP BY what, currency)
  SELECT what, currency, count::INTEGER AS count, recon.plain(amount) AS amount, recon.money(amount, currency) AS money
  FROM summed ORDER BY what, currency NULLS LAST`

/** Null where no run was judged, so that nothing is known. */
export const stillOpen = (sql: Sql, customerId: string): Effect.Effect<StillOpen | null, StoreError> =>
  Effect.gen(function* () {
    const judged = yield* sql.rows("SELECT run_id FROM recon.runs WHERE recon.was_judged(state) LIMIT 1")
    if (judged.length === 0) return null
    const rows = yield* sql.rows<OpenMoney & { readonly what: string }>(openSql, [customerId])
    const of = (wanted: string) => rows.filter(({ what }) => what === wanted).map(({ what: _, ...row }) => row)
    return { exceptions: of("exceptions"), inFlight: of("in flight"), balances: of("balances") }
  })

const listed = (rows: ReadonlyArray<OpenMoney>): string =>
  rows.flatMap(({ money }) => (money === null ? [] : [money])).join(" and ")

const counted = (rows: ReadonlyArray<OpenMoney>, noun: string, what: string): ReadonlyArray<string> => {
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  if (count === 0) return []
  return [[plural(count, noun), listed(rows), what].filter((part) => part !== "").join(" ")]
}

/** In a sentence. */
export const stillOpenText = (customerId: string, open: StillOpen | null): string => {
  if (open === null) return `no night was judged, so nobody knows what customer ${customerId} leaves open`
  const parts = [
    ...counted(open.exceptions, "exception", "at stake"),
    ...counted(open.inFlight, "record", "in flight"),
    ...(open.balances.length === 0 ? [] : [`a balance of ${listed(open.balances)}`]),
  ]
  return parts.length === 0
    ? `customer ${customerId} leaves nothing open`
    : `customer ${customerId} leaves open: ${parts.join("; ")} (tidemark exceptions list --customer ${customerId})`
}
