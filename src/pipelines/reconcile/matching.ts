import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { makeMatchesView } from "../evidence/matches-view.ts"
import { matchKindOf, movementKinds, movementsSql } from "../evidence/movements.ts"
import { toleranceOf } from "../evidence/tolerance.ts"
import type { Run } from "../run/run.ts"

/** Which list holds the records that a resourceType names. */
const kindsSql = `CREATE OR REPLACE TEMP TABLE movement_kind AS SELECT * FROM (VALUES ${movementKinds}) AS k(resource_type, stream)`

/**
 * A REVERSED transaction and the posted one that takes it back: same resource, currency and net amount, other direction.
 * Together they moved nothing, so neither can be a movement's match. Paired one to one, oldest first.
 */
const offsetsSql = `
  CREATE OR REPLACE TEMP TABLE offset_transaction AS
  WITH of_reversed AS (
    SELECT rowid AS transaction_no, transaction_id, resource_type, resource_id, customer_id, currency, net_amount, direction, status, posted_at
    FROM main.transactions
    WHERE resource_id IN (SELECT resource_id FROM main.transactions WHERE status = 'REVERSED')
  ),
  numbered AS (
    SELECT *, row_number() OVER (
      PARTITION BY resource_type, resource_id, customer_id, currency, net_amount, direction, status ORDER BY posted_at, transaction_id
    ) AS place
    FROM of_reversed
  ),
  pairs AS (
    SELECT gone.transaction_no AS reversed_no, back.transaction_no AS reversal_no
    FROM numbered AS gone JOIN numbered AS back
      ON back.resource_type = gone.resource_type AND back.resource_id = gone.resource_id
      AND back.customer_id = gone.customer_id AND back.currency = gone.currency AND back.net_amount = gone.net_amount
      AND back.direction <> gone.direction AND back.place = gone.place
    WHERE gone.status = 'REVERSED' AND back.status = 'COMPLETED'
  )
  SELECT reversed_no AS transaction_no FROM pairs UNION ALL SELECT reversal_no FROM pairs`

/**
 * Movements and transactions side by side: one full outer join, and of each pair only what tells whether it is clean at
 * first sight, by equality alone. Narrow on purpose: this is the one step whose size is that of the tables.
 */
const sideBySideSql = `
  CREATE OR REPLACE TEMP TABLE side_by_side AS
  SELECT m.movement_no, t.rowid AS transaction_no, t.currency, t.net_amount,
    (m.class = 'settled' AND t.status IN ('COMPLETED', 'REVERSED') AND t.net_amount = m.net_amount AND t.fee = m.fee
      AND t.currency = m.currency AND t.direction = m.direction AND t.customer_id = m.customer_id) IS TRUE AS is_clean
  FROM movement AS m
  FULL OUTER JOIN main.transactions AS t ON t.resource_id = m.record_id AND ${matchKindOf("t")} = m.match_kind`

/** Movements with several transactions are not clean, however clean each of them looks. */
const crowdedSql = `
  CREATE OR REPLACE TEMP TABLE crowded AS
  SELECT movement_no FROM side_by_side WHERE movement_no IS NOT NULL GROUP BY movement_no HAVING count(*) > 1`

/** What must be judged, with everything that the verdict asks. */
const pairsSql = `
  CREATE OR REPLACE TEMP TABLE pair AS
  WITH suspect AS (
    SELECT movement_no, transaction_no FROM side_by_side
    WHERE NOT is_clean OR movement_no IN (SELECT movement_no FROM crowded)
  )
  SELECT m.movement_no, m.stream, m.record_id, m.direction AS movement_direction, m.has_legs, m.class,
    m.settled_at, m.customer_id AS movement_customer, m.currency AS movement_currency, m.net_amount AS expected, m.fee AS expected_fee,
    t.rowid AS transaction_no, t.transaction_id, t.status, t.type, t.resource_type, t.resource_id, t.direction, t.customer_id,
    t.currency, t.net_amount AS actual, t.fee AS actual_fee, t.posted_at, t.created_at
  FROM suspect AS s
  LEFT JOIN movement AS m ON m.movement_no = s.movement_no
  LEFT JOIN main.transactions AS t ON t.rowid = s.transaction_no`

/**
 * Per movement, the transaction to judge it by: a posted one before an open one, an unknown one before a failed one;
 * halves of a reversal come last. Only movements with several transactions need the choice.
 */
const severalSql = `
  CREATE OR REPLACE TEMP TABLE several AS
  WITH candidate AS (
    SELECT p.movement_no, p.transaction_no, p.posted_at, o.transaction_no IS NOT NULL AS is_offset,
      o.transaction_no IS NULL AND p.status IN ('COMPLETED', 'REVERSED') AS is_posted, p.direction <> p.movement_direction AS is_backward,
      row_number() OVER (
        PARTITION BY p.movement_no
        ORDER BY CASE
          WHEN o.transaction_no IS NOT NULL THEN 4
          WHEN p.status IN ('COMPLETED', 'REVERSED') THEN 0
          WHEN p.status = 'PENDING' THEN 1
          WHEN p.status = 'FAILED' THEN 3
          ELSE 2 END,
          p.direction <> p.movement_direction, p.currency <> p.movement_currency, p.actual <> p.expected,
          p.created_at, p.transaction_id
      ) AS place
    FROM pair AS p SEMI JOIN crowded USING (movement_no)
    LEFT JOIN offset_transaction AS o ON o.transaction_no = p.transaction_no
  )
  SELECT movement_no, transaction_no, is_offset, place = 1 AS is_chosen,
    count(*) FILTER (is_posted) OVER (PARTITION BY movement_no) AS posted,
    count(*) FILTER (NOT is_offset) OVER (PARTITION BY movement_no) AS others,
    bool_or(is_posted AND is_backward) OVER (PARTITION BY movement_no) AS any_backward,
    max(posted_at) OVER (PARTITION BY movement_no) AS last_posted_at
  FROM candidate`

/**
 * The verdict on each movement and each transaction that belongs to no movement's row: the first rule that applies. What
 * is clean at first sight was decided by equality alone; only the rest goes through the rules.
 *
 * Some rules speak of a movement's only transaction, and one that goes the other way may be the reversal of one that was
 * not read. Such a claim stands only where the customer's transactions are proven; elsewhere it is unproven, and counted.
 */
const verdictSql = `
  CREATE OR REPLACE TEMP TABLE verdict AS
  WITH judged AS (
    SELECT p.*, s.is_chosen, coalesce(s.is_offset, FALSE) AS is_offset, coalesce(s.posted, CASE WHEN p.status IN ('COMPLETED', 'REVERSED') THEN 1 ELSE 0 END) AS posted,
      coalesce(s.others, 1) AS others,
      p.status IN ('COMPLETED', 'REVERSED') AS is_posted,
      coalesce(s.any_backward, p.direction <> p.movement_direction, FALSE) AS any_backward,
      coalesce(s.last_posted_at, p.posted_at, p.created_at) AS moved_at
    FROM pair AS p LEFT JOIN several AS s ON s.movement_no = p.movement_no AND s.transaction_no = p.transaction_no
  ),
  weighed AS (
    SELECT *, ${toleranceOf("movement_currency", "expected", "LED_AMOUNT_MISMATCH")} AS tolerance,
      ${toleranceOf("movement_currency", "expected", "LED_FEE_MISMATCH")} AS fee_tolerance,
      coalesce(TRY(abs(actual - expected)), 99999999999999999999) AS gap,
      coalesce(TRY(abs(actual_fee - expected_fee)), 99999999999999999999) AS fee_gap
    FROM judged
  )
  SELECT * EXCLUDE (claim), CASE WHEN needs_all_transactions AND NOT others_are_proven_absent THEN 'unproven' ELSE claim END AS verdict,
    CASE WHEN needs_all_transactions AND NOT others_are_proven_absent THEN claim END AS unproven_claim
  FROM (
  SELECT w.*, coalesce(claim IN ('LED_CURRENCY_MISMATCH', 'LED_DIRECTION_MISMATCH')
      OR claim = 'LED_STATUS_MISMATCH' AND (class = 'settled' OR any_backward)
      OR claim = 'LED_DUPLICATE_TRANSACTION' AND any_backward, FALSE) AS needs_all_transactions
  FROM (
  SELECT w.*,
    CASE
      -- Transactions that are not a movement's chosen one.
      WHEN movement_no IS NULL THEN 'transaction'
      WHEN is_chosen IS FALSE THEN 'transaction'
      ELSE 'movement'
    END AS side,
    CASE
      WHEN movement_no IS NULL AND resource_id IS NULL THEN
        CASE WHEN type NOT IN ('FEE', 'ADJUSTMENT') THEN 'unproven'
          WHEN is_posted THEN 'matched' WHEN status = 'PENDING' THEN 'in flight' WHEN status = 'FAILED' THEN 'void' ELSE 'unproven' END
      WHEN movement_no IS NULL THEN
        CASE WHEN NOT named_is_proven_absent THEN 'unproven' WHEN in_grace('LED_MISSING_PRODUCT', moved_at) THEN 'in flight' ELSE 'LED_MISSING_PRODUCT' END
      WHEN is_chosen IS FALSE THEN
        CASE WHEN is_offset OR status = 'FAILED' OR class = 'undone' THEN 'void'
          WHEN class = 'unknown' THEN 'unproven'
          WHEN class = 'settled' AND is_posted THEN 'LED_DUPLICATE_TRANSACTION'
          WHEN class = 'void' AND status = 'COMPLETED' THEN 'LED_STATUS_MISMATCH'
          WHEN class = 'void' AND is_posted THEN 'void'
          WHEN is_posted OR status = 'PENDING' THEN 'in flight'
          ELSE 'unproven' END
      WHEN class = 'unknown' THEN 'unproven'
      WHEN class = 'open' THEN 'in flight'
      WHEN class = 'undone' THEN 'void'
      WHEN class = 'void' THEN CASE WHEN status = 'COMPLETED' AND NOT is_offset THEN 'LED_STATUS_MISMATCH' ELSE 'void' END
      -- From here on the movement is settled.
      WHEN transaction_no IS NULL THEN
        CASE WHEN NOT others_are_proven_absent THEN 'unproven' WHEN in_grace('LED_MISSING_TRANSACTION', settled_at) THEN 'in flight' ELSE 'LED_MISSING_TRANSACTION' END
      WHEN expected IS NULL THEN 'unproven'
      WHEN posted > 1 THEN 'LED_DUPLICATE_TRANSACTION'
      WHEN is_offset THEN CASE WHEN in_grace('LED_STATUS_MISMATCH', moved_at) THEN 'in flight' ELSE 'LED_STATUS_MISMATCH' END
      WHEN NOT is_posted AND status NOT IN ('PENDING', 'FAILED') THEN 'unproven'
      WHEN (is_posted OR others = 1) AND customer_id <> movement_customer THEN 'LED_OWNER_MISMATCH'
      WHEN (is_posted OR others = 1) AND currency <> movement_currency THEN 'LED_CURRENCY_MISMATCH'
      WHEN (is_posted OR others = 1) AND direction <> movement_direction THEN 'LED_DIRECTION_MISMATCH'
      WHEN NOT is_posted THEN CASE WHEN in_grace('LED_STATUS_MISMATCH', settled_at) THEN 'in flight' ELSE 'LED_STATUS_MISMATCH' END
      WHEN gap > tolerance THEN 'LED_AMOUNT_MISMATCH'
      WHEN fee_gap > fee_tolerance THEN 'LED_FEE_MISMATCH'
      WHEN gap > 0 OR fee_gap > 0 THEN 'within tolerance'
      ELSE 'matched'
    END AS claim
  FROM (
    SELECT g.*,
      g.movement_no IS NULL AND g.resource_id IS NOT NULL AND r.stream IS NOT NULL AND c.customer_id IS NOT NULL
        AND u.stream IS NULL AND q.record_id IS NULL AND a.customer_id IS NULL AS named_is_proven_absent,
      tc.customer_id IS NOT NULL AND tq.resource_id IS NULL AND ta.customer_id IS NULL AS others_are_proven_absent
    FROM weighed AS g
    -- The product record that a transaction names: its list, whether that is proven, whether it is in quarantine.
    LEFT JOIN movement_kind AS r ON g.movement_no IS NULL AND r.resource_type = g.resource_type
    LEFT JOIN proven AS c ON c.customer_id = g.customer_id AND c.stream = r.stream
    LEFT JOIN unread_stream AS u ON u.stream = r.stream
    LEFT JOIN (SELECT DISTINCT stream, record_id FROM quarantined WHERE record_id IS NOT NULL) AS q ON q.stream = r.stream AND q.record_id = g.resource_id
    LEFT JOIN (SELECT DISTINCT customer_id, stream FROM quarantined WHERE record_id IS NULL) AS a ON a.customer_id = g.customer_id AND a.stream = r.stream
    -- Transactions of a movement beside those at hand: whether the customer's list is proven, and nothing unreadable could be one.
    LEFT JOIN proven AS tc ON tc.customer_id = g.movement_customer AND tc.stream = 'transactions'
    LEFT JOIN (SELECT DISTINCT resource_id FROM quarantined WHERE stream = 'transactions' AND resource_id IS NOT NULL) AS tq
      ON tq.resource_id = g.record_id
    LEFT JOIN (SELECT DISTINCT customer_id FROM quarantined WHERE stream = 'transactions' AND resource_id IS NULL) AS ta
      ON ta.customer_id = g.movement_customer
  ) AS w
  ) AS w
  )`

const judgedSql = `
  INSERT INTO recon.judged
  SELECT getvariable('run'), side,
    CASE WHEN movement_no IS NOT NULL THEN stream END, CASE WHEN movement_no IS NOT NULL THEN record_id END,
    CASE WHEN movement_no IS NOT NULL THEN movement_direction END, transaction_id,
    CASE side WHEN 'movement' THEN movement_customer ELSE customer_id END,
    CASE side WHEN 'movement' THEN movement_currency ELSE currency END, currency,
    CASE side WHEN 'movement' THEN expected END, actual,
    CASE WHEN starts_with(verdict, 'LED_') THEN 'exception' ELSE verdict END,
    CASE WHEN starts_with(verdict, 'LED_') THEN verdict END
  FROM verdict`

/** Compares every expected movement with the transactions that name it, and leaves `verdict` and recon.judged behind. */
export const matchMovements = (sql: Sql, run: Run): Effect.Effect<void, StoreError> =>
  Effect.forEach(
    [
      kindsSql,
      movementsSql,
      "DELETE FROM recon.judged",
      sideBySideSql,
      crowdedSql,
      offsetsSql,
      pairsSql,
      severalSql,
      verdictSql,
      judgedSql,
    ],
    (text) => sql.run(text),
    { discard: true },
  ).pipe(Effect.zipRight(makeMatchesView(sql, run.runId)))
