import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"

/**
 * A movement or a transaction was lost or counted twice on its way through the reconciliation. No figure of the run may
 * be trusted then, so the run fails. Source: docs/rules.md, "Conservation".
 */
export class ConservationBroken extends Data.TaggedError("ConservationBroken")<{
  readonly rows: ReadonlyArray<{
    readonly side: string
    readonly currency: string
    readonly items: bigint
    readonly expected_items: bigint
    readonly amount: string | null
    readonly expected_amount: string | null
  }>
  /** The movements and transactions that are not in exactly one category, at most twenty. */
  readonly culprits: ReadonlyArray<{ readonly name: string; readonly times: bigint }>
}> {
  override get message(): string {
    const lines = this.rows.map(
      (row) =>
        `${row.side}s in ${row.currency}: ${row.items} items of ${row.amount} are accounted for, ` +
        `and the tables hold ${row.expected_items} of ${row.expected_amount}`,
    )
    const culprits = this.culprits.map(({ name, times }) => `${name} is in ${times} categories`)
    return `the reconciliation lost or doubled something, so none of its figures may be used; ${[...lines, ...culprits].join("; ")}`
  }
}

/** Found by their largest amount, which costs little; only those that might are summed in whole units. */
const enormousSql = `
  WITH candidate AS (
    SELECT currency FROM recon.held GROUP BY currency HAVING max(abs(net_amount)) >= 9e19 / count(*)
  )
  SELECT currency FROM recon.held SEMI JOIN candidate USING (currency)
  GROUP BY currency
  HAVING sum(CAST(trunc(abs(net_amount)) AS HUGEINT)) + count(*) >= 99999999999999999999::HUGEINT`

/** Amounts of a currency whose sums could leave DECIMAL(38,18) are counted and not summed; where there is none, as a rule, none is looked for. */
type Summable = (amount: string, currency: string) => string

const summableBut = (currencies: ReadonlyArray<string>): Summable =>
  currencies.length === 0
    ? (amount) => amount
    : (amount, currency) => `CASE WHEN ${currency} NOT IN (${currencies.map(quoteText).join(", ")}) THEN ${amount} END`

/**
 * What stands on proven lists, by the views that the money test goes by; of that, what it looked at is told by its
 * category, and the rest agreed.
 */
const accountedSql = (summable: Summable): string => `
  CREATE OR REPLACE TEMP TABLE accounted AS
  WITH listed AS (
    SELECT 'movement' AS side, currency, recon.category_of_record(class) AS category, count(*) AS items, sum(${summable("net_amount", "currency")}) AS amount,
      sum(${summable("CASE WHEN class = 'settled' THEN signed_net ELSE 0 END", "currency")}) AS moved
    FROM recon.movement GROUP BY ALL
    UNION ALL
    SELECT 'transaction', currency, recon.category_of_transaction(class), count(*), sum(${summable("net_amount", "currency")}), sum(${summable("moved", "currency")})
    FROM recon.transaction WHERE names_record GROUP BY ALL
  ),
  looked_at AS (
    SELECT 'movement' AS side, currency, recon.category_of_record(class) AS category, -count(*) AS items, -sum(${summable("net_amount", "currency")}) AS amount,
      -sum(${summable("CASE WHEN class = 'settled' THEN CASE direction WHEN 'CREDIT' THEN net_amount ELSE -net_amount END ELSE 0 END", "currency")}) AS moved
    FROM recon.money_case GROUP BY ALL
    UNION ALL
    SELECT 'transaction', currency, recon.category_of_transaction(class), -count(*), -sum(${summable("net_amount", "currency")}), -sum(${summable("moved", "currency")})
    FROM recon.named_transaction GROUP BY ALL
    UNION ALL
    SELECT side, currency, category, count(*), sum(${summable("CASE side WHEN 'movement' THEN expected ELSE actual END", "currency")}), 0
    FROM recon.judged GROUP BY ALL
  )
  SELECT side, currency, category, sum(items)::BIGINT AS items, sum(amount) AS amount, sum(moved) AS agreed
  FROM (SELECT * FROM listed UNION ALL SELECT * FROM looked_at)
  GROUP BY ALL HAVING sum(items) <> 0`

const keepSql = (summable: Summable): string => `
  INSERT INTO recon.conservation
  SELECT recon.run(), side, currency, category, items, amount FROM accounted
  UNION ALL
  -- Counted on the typed tables themselves, apart from everything that the judgement made.
  SELECT recon.run(), side, currency, 'total', count(*), sum(${summable("net_amount", "currency")}) FROM recon.held GROUP BY side, currency`

/** What the money test passed over moved the same on both sides, to the last decimal. */
const disagreedSql = `
  SELECT 'agreed' AS side, currency, 0::BIGINT AS items, 0::BIGINT AS expected_items,
    sum(agreed) FILTER (side = 'transaction') AS amount, sum(agreed) FILTER (side = 'movement') AS expected_amount
  FROM accounted GROUP BY currency
  HAVING coalesce(sum(agreed) FILTER (side = 'transaction'), 0) <> coalesce(sum(agreed) FILTER (side = 'movement'), 0)`

/** Whatever is counted as an exception is told by one: its record's, or the transaction's own. */
const untoldSql = `
  SELECT concat_ws(' ', j.side, j.stream, j.record_id, j.leg, j.transaction_id, j.code) AS name, 0::BIGINT AS times
  FROM recon.judged AS j
  ANTI JOIN (SELECT code, stream, record_id FROM recon.finding WHERE outcome = 'exception') AS f
    ON f.code = j.code AND f.stream = j.stream AND f.record_id = j.record_id
  ANTI JOIN (SELECT code, record_id FROM recon.finding WHERE outcome = 'exception' AND stream = 'transactions') AS t
    ON t.code = j.code AND t.record_id = j.transaction_id
  WHERE j.category = 'exception'
  ORDER BY name LIMIT 20`

const brokenSql = `
  WITH accounted AS (
    SELECT side, currency, sum(items)::BIGINT AS items, sum(amount) AS amount FROM recon.conservation
    WHERE run_id = recon.run() AND category <> 'total' GROUP BY side, currency
  ),
  held AS (
    SELECT side, currency, items, amount FROM recon.conservation
    WHERE run_id = recon.run() AND category = 'total'
  )
  SELECT coalesce(h.side, a.side) AS side, coalesce(h.currency, a.currency) AS currency,
    coalesce(a.items, 0) AS items, coalesce(h.items, 0) AS expected_items, a.amount, h.amount AS expected_amount
  FROM held AS h FULL OUTER JOIN accounted AS a ON a.side = h.side AND a.currency = h.currency
  WHERE a.items IS DISTINCT FROM h.items OR a.amount IS DISTINCT FROM h.amount
  ORDER BY ALL`

/** Asked only once the sums do not tie. */
const culpritsSql = `
  WITH place AS (
    SELECT side, stream, record_id, leg, transaction_id FROM recon.matches
  ),
  times AS (
    SELECT concat_ws(' ', h.stream, h.record_id, h.leg) AS name, count(p.side) AS times
    FROM recon.held AS h LEFT JOIN place AS p ON p.side = 'movement' AND p.stream = h.stream AND p.record_id = h.record_id AND p.leg = h.leg
    WHERE h.side = 'movement' GROUP BY ALL
    UNION ALL
    SELECT concat('transaction ', h.transaction_id), count(p.side)
    FROM recon.held AS h LEFT JOIN place AS p ON p.side = 'transaction' AND p.transaction_id = h.transaction_id
    WHERE h.side = 'transaction' GROUP BY ALL
  )
  SELECT name, times FROM times WHERE times <> 1
  ORDER BY name LIMIT 20`

/**
 * Every movement and every transaction is in exactly one category, their sums tie to the typed tables, what agrees moved
 * the same on both sides, and whatever is counted as an exception is one.
 */
export const checkConservation = (sql: Sql): Effect.Effect<void, StoreError | ConservationBroken> =>
  Effect.gen(function* () {
    yield* sql.run("DELETE FROM recon.conservation WHERE run_id = recon.run()")
    const enormous = yield* sql.rows<{ currency: string }>(enormousSql)
    const summable = summableBut(enormous.map(({ currency }) => currency))
    yield* sql.run(accountedSql(summable))
    yield* sql.run(keepSql(summable))
    const rows = yield* sql.rows<ConservationBroken["rows"][number]>(brokenSql)
    const disagreed = yield* sql.rows<ConservationBroken["rows"][number]>(disagreedSql)
    const untold = yield* sql.rows<ConservationBroken["culprits"][number]>(untoldSql)
    if (rows.length + disagreed.length + untold.length === 0) return
    const culprits = rows.length === 0 ? [] : yield* sql.rows<ConservationBroken["culprits"][number]>(culpritsSql)
    return yield* new ConservationBroken({ rows: [...rows, ...disagreed], culprits: [...culprits, ...untold] })
  })
