import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { stakeText } from "../run/headline.ts"
import { grouped } from "../run/quantities.ts"
import { type Stake, stakesOf } from "../run/run-summary.ts"

/** What a customer leaves behind, by currency, as the last run knew it that read the customer. */
export interface StillOpen {
  /** Those that nobody settled; that of the roster aside. */
  readonly exceptions: ReadonlyArray<Stake>
  /** Records and transactions that are open, and differences that were in their grace. */
  readonly inFlight: ReadonlyArray<Stake>
  /** Totals that are not zero. */
  readonly balances: ReadonlyArray<Stake>
}

const exceptions = "recon.exceptions WHERE customer_id = $1 AND recon.is_live(state) AND code <> 'COV_CUSTOMER_DROPPED'"

const inFlight = `(
  SELECT k.currency, k.amount AS at_stake FROM recon.known_record AS k
  WHERE k.customer_id = $1 AND k.stream IN (SELECT stream FROM recon.product)
    AND (k.class = 'open' OR concat_ws('/', k.stream, k.record_id) IN (SELECT difference FROM recon.grace_begun WHERE customer_id = $1))
  UNION ALL
  SELECT k.currency, t.net_amount FROM recon.known_record AS k JOIN main.transactions AS t ON t.transaction_id = k.record_id
  WHERE k.customer_id = $1 AND k.stream = 'transactions' AND k.class = 'open' AND t.resource_id IS NULL
)`

const balances = `(
  SELECT recon.currency_name(b.currency) AS currency, b.total AS at_stake FROM main.balances AS b JOIN main.customers AS c USING (customer_id)
  WHERE b.customer_id = $1 AND b.last_seen_run = c.last_seen_run AND b.total <> 0
)`

/** Null where no run was judged, so that nothing is known. */
export const stillOpen = (sql: Sql, customerId: string): Effect.Effect<StillOpen | null, StoreError> =>
  Effect.gen(function* () {
    const judged = yield* sql.rows("SELECT run_id FROM recon.runs WHERE recon.was_judged(state) LIMIT 1")
    if (judged.length === 0) return null
    return yield* Effect.all({
      exceptions: stakesOf(sql, exceptions, customerId),
      inFlight: stakesOf(sql, inFlight, customerId),
      balances: stakesOf(sql, balances, customerId),
    })
  })

/** Line by line, as a night tells its money. */
export const stillOpenText = (customerId: string, open: StillOpen | null): ReadonlyArray<string> => {
  if (open === null) return [`no night was judged, so nobody knows what customer ${customerId} leaves open`]
  const totals = open.balances.map(
    ({ amount, currency }) => `${amount === null ? "more than can be added" : grouped(amount)} ${currency}`,
  )
  const lines = [
    ...(open.exceptions.length === 0 ? [] : [`at stake    ${stakeText(open.exceptions)}`]),
    ...(open.inFlight.length === 0 ? [] : [`in flight   ${stakeText(open.inFlight)}`]),
    ...(totals.length === 0 ? [] : [`balances    ${totals.join(", ")}`]),
  ]
  return lines.length === 0
    ? [`customer ${customerId} leaves nothing open`]
    : [`customer ${customerId} leaves open (tidemark exceptions list --customer ${customerId}):`, ...lines]
}
