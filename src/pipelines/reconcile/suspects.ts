import { toleranceOf } from "../evidence/tolerance.ts"

/**
 * For a balance that does not add up: what its residual equals, so that a person begins with a suspect and not with a
 * list. A residual is what the API states less what we compute; `moved` is a net amount with its sign.
 *
 * Bounded: three suspects a balance, in a total order. Pairs are sought for the largest residuals alone, among the newest
 * transactions, of each amount one or two, so that amount meets amount by equality and no product of the two sets arises.
 */
const mostSuspects = 3
const mostPairedResiduals = 1000
const mostPairedTransactions = 2000

const beyond = (gap: string, tolerance: string): string => `TRY(abs(${gap})) > ${tolerance}`

const residualSql = `
  CREATE OR REPLACE TEMP TABLE residual AS
  WITH computed AS (
    SELECT c.customer_id, c.currency, c.as_of AS until, c.total, coalesce(p.since_inception, 0) AS since_inception,
      o.as_of AS since, TRY(o.total + coalesce(p.in_period, 0)) AS rolled
    FROM closing AS c
    JOIN summable AS s ON s.customer_id = c.customer_id AND s.currency = c.currency AND s.is_proven AND s.balances_proven
    LEFT JOIN opening AS o ON o.customer_id = c.customer_id AND o.currency = c.currency
    LEFT JOIN posted AS p ON p.customer_id = c.customer_id AND p.currency = c.currency
  ),
  gap AS (
    SELECT 'BAL_INCEPTION' AS code, customer_id, currency, NULL::TIMESTAMPTZ AS since, until, TRY(total - since_inception) AS gap
    FROM computed WHERE ${beyond("total - since_inception", toleranceOf("currency", "since_inception", "BAL_INCEPTION"))}
    UNION ALL
    SELECT 'BAL_ROLLFORWARD', customer_id, currency, since, until, TRY(total - rolled)
    FROM computed WHERE since IS NOT NULL AND ${beyond("total - rolled", toleranceOf("currency", "rolled", "BAL_ROLLFORWARD"))}
  )
  SELECT row_number() OVER (ORDER BY abs(gap) DESC, code, customer_id, currency) AS residual_no, * FROM gap`

/** The transactions that a residual may come from: those it was computed with, and those that are just beside. */
const entrySql = `
  CREATE OR REPLACE TEMP TABLE suspect_entry AS
  WITH near AS (
    SELECT r.residual_no, r.gap, t.transaction_id, t.status, t.posted_at, t.fee,
      CASE t.direction WHEN 'CREDIT' THEN t.net_amount ELSE -t.net_amount END AS moved,
      t.status IN ('COMPLETED', 'REVERSED') AS is_posted,
      coalesce(t.posted_at <= r.until AND (r.since IS NULL OR t.posted_at > r.since), FALSE) AS in_period,
      coalesce(t.posted_at <= r.since AND t.first_seen_run = getvariable('run'), FALSE) AS is_late
    FROM residual AS r JOIN main.transactions AS t ON t.customer_id = r.customer_id AND t.currency = r.currency
  )
  SELECT * FROM near WHERE NOT is_posted OR in_period OR is_late`

const pairsSql = `
  CREATE OR REPLACE TEMP TABLE suspect_pair AS
  WITH newest AS (
    SELECT * FROM suspect_entry WHERE is_posted AND in_period AND residual_no <= ${mostPairedResiduals}
    QUALIFY row_number() OVER (PARTITION BY residual_no ORDER BY posted_at DESC, transaction_id) <= ${mostPairedTransactions}
  ),
  amount AS (
    SELECT residual_no, gap, moved, list(transaction_id ORDER BY posted_at DESC, transaction_id)[:2] AS ids, max(posted_at) AS posted_at
    FROM newest GROUP BY residual_no, gap, moved
  ),
  wanted AS (
    SELECT *, TRY(-gap - moved) AS other, 'the balance does not contain them' AS what FROM amount
    UNION ALL
    SELECT *, TRY(gap - moved), 'the balance contains them twice' FROM amount
  )
  SELECT one.residual_no, one.posted_at, one.what, one.ids[1] AS first_id, one.moved AS first_moved,
    CASE WHEN one.moved = two.moved THEN two.ids[2] ELSE two.ids[1] END AS second_id, two.moved AS second_moved
  FROM wanted AS one JOIN amount AS two ON two.residual_no = one.residual_no AND two.moved = one.other
  WHERE one.moved < two.moved OR one.moved = two.moved AND len(two.ids) > 1`

const about = (entry: string): string =>
  `concat('transaction ', ${entry}.transaction_id, ' (', plain(${entry}.moved), ${entry}.posted_text, ')')`

/** What each kind of suspect is told by, the most telling first. */
const suspicionSql = `
  CREATE OR REPLACE TEMP TABLE suspicion AS
  WITH entry AS (
    SELECT *, coalesce(', posted ' || moment(posted_at), ', ' || status) AS posted_text FROM suspect_entry
  ),
  suspect AS (
    SELECT residual_no, 1 AS place, posted_at, transaction_id AS first_id, NULL AS second_id,
      concat(${about("e")}, ' was posted before the opening balance was read, and is listed only now') AS text
    FROM entry AS e WHERE is_late AND moved = gap
    UNION ALL BY NAME
    SELECT r.residual_no, 2 AS place, v.changed_at AS posted_at, v.record_id AS first_id, v.direction AS second_id,
      concat(v.stream, ' ', v.record_id, ' (', plain(r.gap), ') is settled, and has no transaction') AS text
    FROM residual AS r JOIN recon.money_case AS v
      ON v.disagreement = 'nothing' AND v.customer_id = r.customer_id AND v.currency = r.currency
      AND CASE v.direction WHEN 'CREDIT' THEN v.net_amount ELSE -v.net_amount END = r.gap
    UNION ALL BY NAME
    SELECT residual_no, 3 AS place, posted_at, transaction_id AS first_id,
      concat(${about("e")}, ' is not posted, and the balance moved by as much') AS text
    FROM entry AS e WHERE NOT is_posted AND moved = gap
    UNION ALL BY NAME
    SELECT residual_no, 4 AS place, posted_at, transaction_id AS first_id,
      concat(${about("e")}, CASE WHEN moved = gap THEN ': the balance contains it twice' ELSE ': the balance does not contain it' END) AS text
    FROM entry AS e WHERE is_posted AND in_period AND abs(moved) = abs(gap)
    UNION ALL BY NAME
    SELECT residual_no, 5 AS place, posted_at, transaction_id AS first_id,
      concat('the fee of ', ${about("e")}, ' is as much') AS text
    FROM entry AS e WHERE is_posted AND in_period AND fee = abs(gap)
    UNION ALL BY NAME
    SELECT residual_no, 6 AS place, posted_at, transaction_id AS first_id,
      concat(${about("e")}, ': the balance took it with the other sign') AS text
    FROM entry AS e WHERE is_posted AND in_period AND TRY(moved + moved) = -gap
    UNION ALL BY NAME
    SELECT residual_no, 7 AS place, posted_at, first_id, second_id,
      concat('transactions ', first_id, ' (', plain(first_moved), ') and ', second_id, ' (', plain(second_moved), '): ', what) AS text
    FROM suspect_pair
  ),
  ranked AS (
    SELECT *, row_number() OVER (
      PARTITION BY residual_no ORDER BY place, posted_at DESC NULLS LAST, first_id, second_id, text
    ) AS rank
    FROM suspect QUALIFY rank <= ${mostSuspects}
  )
  SELECT r.code, r.customer_id, r.currency, string_agg(text, '; ' ORDER BY rank) AS suspects
  FROM ranked JOIN residual AS r USING (residual_no)
  GROUP BY r.code, r.customer_id, r.currency`

/** Leaves `suspicion` behind, for the checks of balances; reads what matching and roll-forward left. */
export const suspectsSql: ReadonlyArray<string> = [residualSql, entrySql, pairsSql, suspicionSql]
