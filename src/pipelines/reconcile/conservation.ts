import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { movementRows } from "../evidence/movements.ts"

/**
 * A movement or a transaction was lost or counted twice on its way through the reconciliation. No figure of the run may
 * be trusted then, so the run fails. Source: design, section 5 "conservation".
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

const netAmountsSql = `
    SELECT currency, net_amount FROM main.transactions
    ${movementRows.map((row) => `UNION ALL SELECT ${row.currency}, ${row.netAmount} FROM main.${row.stream}`).join("\n    ")}`

/** Found by their largest amount, which costs little; only those that might are summed in whole units. */
const enormousSql = `
  CREATE OR REPLACE TEMP TABLE enormous_currency AS
  WITH candidate AS (
    SELECT currency FROM (${netAmountsSql}) GROUP BY currency HAVING max(abs(net_amount)) >= 9e19 / count(*)
  )
  SELECT currency FROM (${netAmountsSql}) SEMI JOIN candidate USING (currency)
  GROUP BY currency
  HAVING sum(CAST(trunc(abs(net_amount)) AS HUGEINT)) + count(*) >= 99999999999999999999::HUGEINT`

/** Amounts of a currency whose sums could leave DECIMAL(38,18) are counted and not summed. */
const summable = (amount: string, currency: string): string =>
  `CASE WHEN ${currency} NOT IN (SELECT currency FROM enormous_currency) THEN ${amount} END`

/** What the join found clean counts on both sides; what it did not is counted as it was judged. */
const accountedSql = `
  INSERT INTO recon.conservation
  WITH clean AS (
    SELECT currency, count(*) AS items, sum(${summable("net_amount", "currency")}) AS amount
    FROM side_by_side WHERE is_clean AND movement_no NOT IN (SELECT movement_no FROM crowded)
    GROUP BY currency
  ),
  counted AS (
    SELECT 'movement' AS side, currency, 'matched' AS category, items, amount FROM clean
    UNION ALL
    SELECT 'transaction', currency, 'matched', items, amount FROM clean
    UNION ALL
    SELECT 'movement', currency, category, count(*), sum(${summable("expected", "currency")}) FROM recon.judged WHERE side = 'movement' GROUP BY ALL
    UNION ALL
    SELECT 'transaction', transaction_currency, category, count(*), sum(${summable("actual", "transaction_currency")}) FROM recon.judged
    WHERE transaction_id IS NOT NULL GROUP BY ALL
  )
  SELECT getvariable('run'), side, currency, category, sum(items)::BIGINT, sum(amount)
  FROM counted GROUP BY ALL`

/** Counted on the typed tables themselves, apart from everything that the matching made. */
const totalsSql = `
  INSERT INTO recon.conservation
  SELECT getvariable('run'), 'movement', currency, 'total', count(*), sum(${summable("amount", "currency")})
  FROM (${movementRows.map((row) => `SELECT ${row.currency} AS currency, ${row.netAmount} AS amount FROM main.${row.stream}`).join(" UNION ALL ")})
  GROUP BY currency
  UNION ALL
  SELECT getvariable('run'), 'transaction', currency, 'total', count(*), sum(${summable("net_amount", "currency")}) FROM main.transactions GROUP BY currency`

const brokenSql = `
  WITH accounted AS (
    SELECT side, currency, sum(items)::BIGINT AS items, sum(amount) AS amount FROM recon.conservation
    WHERE run_id = getvariable('run') AND category <> 'total' GROUP BY side, currency
  ),
  held AS (
    SELECT side, currency, items, amount FROM recon.conservation
    WHERE run_id = getvariable('run') AND category = 'total'
  )
  SELECT coalesce(h.side, a.side) AS side, coalesce(h.currency, a.currency) AS currency,
    coalesce(a.items, 0) AS items, coalesce(h.items, 0) AS expected_items, a.amount, h.amount AS expected_amount
  FROM held AS h FULL OUTER JOIN accounted AS a ON a.side = h.side AND a.currency = h.currency
  WHERE a.items IS DISTINCT FROM h.items OR a.amount IS DISTINCT FROM h.amount
  ORDER BY ALL`

/** Asked only once the sums do not tie. */
const culpritsSql = `
  WITH clean AS (
    SELECT movement_no, transaction_no FROM side_by_side
    WHERE is_clean AND movement_no NOT IN (SELECT movement_no FROM crowded)
  ),
  movement_place AS (
    SELECT m.stream, m.record_id, m.direction FROM clean JOIN movement AS m ON m.movement_no = clean.movement_no
    UNION ALL
    SELECT stream, record_id, leg FROM recon.judged WHERE side = 'movement'
  ),
  movement_times AS (
    SELECT m.stream, m.record_id, m.direction, count(p.record_id) AS times
    FROM movement AS m
    LEFT JOIN movement_place AS p ON p.stream = m.stream AND p.record_id = m.record_id AND p.direction = m.direction
    GROUP BY m.stream, m.record_id, m.direction
  ),
  transaction_place AS (
    SELECT t.transaction_id FROM clean JOIN main.transactions AS t ON t.rowid = clean.transaction_no
    UNION ALL
    SELECT transaction_id FROM recon.judged WHERE transaction_id IS NOT NULL
  ),
  transaction_times AS (
    SELECT t.transaction_id, count(p.transaction_id) AS times
    FROM main.transactions AS t LEFT JOIN transaction_place AS p ON p.transaction_id = t.transaction_id
    GROUP BY t.transaction_id
  )
  SELECT concat_ws(' ', stream, record_id, direction) AS name, times FROM movement_times WHERE times <> 1
  UNION ALL
  SELECT concat('transaction ', transaction_id), times FROM transaction_times WHERE times <> 1
  ORDER BY name LIMIT 20`

/** Every movement and every transaction is in exactly one category, and their sums tie to the typed tables. */
export const checkConservation = (sql: Sql): Effect.Effect<void, StoreError | ConservationBroken> =>
  Effect.gen(function* () {
    yield* sql.run("DELETE FROM recon.conservation WHERE run_id = getvariable('run')")
    yield* sql.run(enormousSql)
    yield* sql.run(accountedSql)
    yield* sql.run(totalsSql)
    const rows = yield* sql.rows<ConservationBroken["rows"][number]>(brokenSql)
    if (rows.length === 0) return
    return yield* new ConservationBroken({
      rows,
      culprits: yield* sql.rows<ConservationBroken["culprits"][number]>(culpritsSql),
    })
  })
