import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { LedgerRule, LedgerSettings } from "./settings.ts"

/**
 * What the matching stands on. `ledger_line`: the books' lines with the customer that each one means. `ledger_posting`:
 * for each ledger, the posted transactions that could be in it. `ledger_stranger`: customers of a scope whom nobody knows.
 * `ledger_member`: what is matched, by the match's id. `ledger_copy`: lines that repeat another. `ledger_tie` and
 * `ledger_bound`: what stays unmatched because several counterparts would do as well, or because a search would have been
 * too large.
 */

/** Of each ledger, what it is meant to hold; NULL where nothing limits it. */
const scopeSql = `
  CREATE OR REPLACE TEMP TABLE ledger_scope AS
  WITH configured AS (
    SELECT unnest($1) AS ledger, unnest($2)::DATE AS first_day, unnest($3)::DATE AS last_day,
      unnest($4)::JSON::VARCHAR[] AS currencies, unnest($5)::JSON::VARCHAR[] AS types, unnest($6)::JSON::VARCHAR[] AS customers
  ),
  -- A customer may be named by either side's name for it.
  named AS (
    SELECT c.ledger, list(coalesce(k.customer_id, c.customer)) AS customers
    FROM (SELECT ledger, unnest(customers) AS customer FROM configured) AS c
    LEFT JOIN (
      SELECT partner_customer_ref, min(customer_id) AS customer_id FROM main.customers GROUP BY partner_customer_ref HAVING count(*) = 1
    ) AS k ON k.partner_customer_ref = c.customer
    GROUP BY c.ledger
  ),
  booked AS (
    SELECT ledger, min(booked_from) AS first_booked, max(booked_to) AS last_booked, bool_or(customer_id IS NULL AND partner_customer_ref IS NULL) AS has_nameless
    FROM main.ledger_lines GROUP BY ledger
  )
  SELECT b.ledger, b.has_nameless, coalesce(c.first_day::TIMESTAMPTZ, b.first_booked) AS period_from,
    coalesce((c.last_day + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND, b.last_booked) AS period_to,
    b.first_booked, b.last_booked, c.currencies, c.types, n.customers,
    c.ledger IS NOT NULL AND (c.currencies IS NOT NULL OR c.types IS NOT NULL OR n.customers IS NOT NULL) AS is_limited
  FROM booked AS b LEFT JOIN configured AS c ON c.ledger = b.ledger LEFT JOIN named AS n ON n.ledger = b.ledger`

/** Customers that a ledger is meant to hold and that this run does not know: misspelt, or off the roster. */
const strangerSql = `
  CREATE OR REPLACE TEMP TABLE ledger_stranger AS
  SELECT ledger, customer_id FROM (SELECT ledger, unnest(customers) AS customer_id FROM ledger_scope)
  WHERE customer_id NOT IN (SELECT customer_id FROM recon.coverage WHERE run_id = getvariable('run'))`

/** Settings that name nothing, each as a sentence: whatever they were meant for is outside the scope. */
const scopeNotesSql = `
  INSERT INTO recon.notes
  WITH value AS (
    SELECT ledger, 'customers' AS key, unnest(customers) AS named FROM ledger_scope
    UNION ALL SELECT ledger, 'currencies', unnest(currencies) FROM ledger_scope
    UNION ALL SELECT ledger, 'types', unnest(types) FROM ledger_scope
  ),
  known AS (
    SELECT 'customers' AS key, customer_id AS named FROM recon.coverage WHERE run_id = getvariable('run')
    UNION SELECT 'currencies', currency FROM main.transactions
    UNION SELECT 'currencies', currency FROM main.ledger_lines
    UNION SELECT 'types', type FROM main.transactions
  )
  SELECT getvariable('run'), concat('ledger.scope.', v.ledger, '.', v.key, ' names ', v.named, ', and nothing that was read is so: is it misspelt?')
  FROM value AS v ANTI JOIN known AS k ON k.key = v.key AND k.named = v.named
  UNION ALL
  SELECT getvariable('run'), concat('ledger.scope names the ledger ', ledger, ', of which no line is in the books: is it misspelt?')
  FROM (SELECT unnest($1) AS ledger) WHERE ledger NOT IN (SELECT ledger FROM main.ledger_lines)`

/**
 * customer is the one that a line names. A reference that the store does not know, or knows twice, is no customer's: it
 * must not match anybody's transaction. A UUID written in
 * capital letters, which no transaction writes so, is looked for in small ones.
 */
const lineSql = `
  CREATE OR REPLACE TEMP TABLE ledger_line AS
  WITH known AS (
    SELECT partner_customer_ref, min(customer_id) AS customer_id FROM main.customers
    GROUP BY partner_customer_ref HAVING count(*) = 1
  ),
  capital AS (
    SELECT DISTINCT reference FROM main.ledger_lines
    WHERE refers_to <> 'reference' AND reference <> lower(reference)
      AND regexp_full_match(reference, '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}')
  ),
  respelt AS (
    SELECT c.reference FROM capital AS c
    ANTI JOIN main.transactions AS t ON t.transaction_id = c.reference
    ANTI JOIN main.transactions AS r ON r.resource_id = c.reference
  )
  SELECT l.ledger, l.line_id, coalesce(l.customer_id, k.customer_id) AS customer_id,
    coalesce(l.customer_id, k.customer_id, concat('?', l.partner_customer_ref)) AS customer,
    l.customer_id IS NULL AND l.partner_customer_ref IS NULL AS is_nameless,
    l.currency, l.amount, l.booked_from, l.booked_to, l.refers_to, l.description,
    CASE WHEN s.reference IS NULL THEN l.reference ELSE lower(l.reference) END AS reference
  FROM main.ledger_lines AS l
  LEFT JOIN respelt AS s ON l.refers_to <> 'reference' AND s.reference = l.reference
  LEFT JOIN known AS k ON l.customer_id IS NULL AND k.partner_customer_ref = l.partner_customer_ref`

/** Only what a line may refer to, or what lies near the ledger's time, can be matched or missed. */
const postingSql = (settings: LedgerSettings): string => `
  CREATE OR REPLACE TEMP TABLE ledger_posting AS
  WITH posted AS (
    SELECT transaction_id, customer_id, type, currency, resource_id, reference, status,
      CASE direction WHEN 'DEBIT' THEN -${settings.amount === "amount" ? "amount" : "net_amount"} ELSE ${settings.amount === "amount" ? "amount" : "net_amount"} END AS amount,
      coalesce(posted_at, updated_at) AS posted_at
    FROM main.transactions WHERE status IN ('COMPLETED', 'REVERSED')
  ),
  named AS (
    SELECT DISTINCT ledger, refers_to, reference FROM ledger_line WHERE reference IS NOT NULL
  ),
  wanted AS (
    SELECT s.ledger, p.transaction_id FROM ledger_scope AS s JOIN posted AS p
      ON p.posted_at BETWEEN least(s.period_from, s.first_booked) - getvariable('widest') AND greatest(s.period_to, s.last_booked) + getvariable('widest')
    UNION
    SELECT n.ledger, p.transaction_id FROM named AS n JOIN posted AS p ON n.refers_to = 'transactionId' AND p.transaction_id = n.reference
    UNION
    SELECT n.ledger, p.transaction_id FROM named AS n JOIN posted AS p ON n.refers_to = 'resourceId' AND p.resource_id = n.reference
    UNION
    SELECT n.ledger, p.transaction_id FROM named AS n JOIN posted AS p ON n.refers_to = 'reference' AND p.reference = n.reference
  )
  SELECT w.ledger, p.*, s.has_nameless,
    p.posted_at BETWEEN s.period_from AND s.period_to AS is_in_period, s.period_to
  FROM wanted AS w
  JOIN posted AS p ON p.transaction_id = w.transaction_id
  JOIN ledger_scope AS s ON s.ledger = w.ledger
  WHERE (s.currencies IS NULL OR p.currency IN (SELECT unnest(s.currencies)))
    AND (s.types IS NULL OR p.type IN (SELECT unnest(s.types)))
    AND (s.customers IS NULL OR p.customer_id IN (SELECT unnest(s.customers)))`

/** Lines that say the same under different ids: the first of them stands for all where one counterpart is looked for. */
const alikeSql = `
  CREATE OR REPLACE TEMP TABLE ledger_alike AS
  SELECT ledger, line_id, first_value(line_id) OVER alike AS first_line, row_number() OVER alike AS place
  FROM ledger_line
  WINDOW alike AS (
    PARTITION BY ledger, is_nameless, customer, currency, amount, booked_from, booked_to, reference, refers_to, description ORDER BY line_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
  )`

const memorySql: ReadonlyArray<string> = [
  `CREATE OR REPLACE TEMP TABLE ledger_member (
     ledger VARCHAR, match_id VARCHAR, side VARCHAR, record_id VARCHAR, rule VARCHAR, candidates BIGINT, ties BIGINT)`,
  "CREATE OR REPLACE TEMP TABLE ledger_copy (ledger VARCHAR, line_id VARCHAR, of_line VARCHAR)",
  "CREATE OR REPLACE TEMP TABLE ledger_tie (ledger VARCHAR, side VARCHAR, record_id VARCHAR, rule VARCHAR, candidates BIGINT, ties BIGINT)",
  "CREATE OR REPLACE TEMP TABLE ledger_bound (ledger VARCHAR, side VARCHAR, record_id VARCHAR, rule VARCHAR, candidates BIGINT, note VARCHAR)",
  `CREATE OR REPLACE TEMP VIEW open_line AS
   SELECT l.*, a.place = 1 AS is_first, a.first_line FROM ledger_line AS l
   JOIN ledger_alike AS a ON a.ledger = l.ledger AND a.line_id = l.line_id
   ANTI JOIN ledger_member AS m ON m.side = 'line' AND m.ledger = l.ledger AND m.record_id = l.line_id
   ANTI JOIN ledger_copy AS c ON c.ledger = l.ledger AND c.line_id = l.line_id`,
  `CREATE OR REPLACE TEMP VIEW open_posting AS
   SELECT p.* FROM ledger_posting AS p
   ANTI JOIN ledger_member AS m ON m.side = 'transaction' AND m.ledger = p.ledger AND m.record_id = p.transaction_id`,
]

const widestHours = (rules: ReadonlyArray<LedgerRule>, settings: LedgerSettings): number =>
  Math.max(settings.dateWindowHours, 24, ...rules.map((rule) => rule.windowHours ?? 0))

export const prepareLedgers = (sql: Sql, settings: LedgerSettings): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const scopes = Object.entries(settings.scope)
    const listOf = (values: ReadonlyArray<string> | undefined) => (values === undefined ? null : JSON.stringify(values))
    yield* sql.run(`SET VARIABLE widest = INTERVAL ${widestHours(settings.rules, settings)} HOUR`)
    yield* sql.run(`SET VARIABLE date_window = INTERVAL ${settings.dateWindowHours} HOUR`)
    yield* sql.run(scopeSql, [
      scopes.map(([ledger]) => ledger),
      scopes.map(([, scope]) => scope.from ?? null),
      scopes.map(([, scope]) => scope.to ?? null),
      scopes.map(([, scope]) => listOf(scope.currencies)),
      scopes.map(([, scope]) => listOf(scope.types)),
      scopes.map(([, scope]) => listOf(scope.customers)),
    ])
    yield* sql.run(strangerSql)
    yield* sql.run(scopeNotesSql, [scopes.map(([ledger]) => ledger)])
    yield* sql.run(lineSql)
    yield* sql.run(postingSql(settings))
    yield* sql.run(alikeSql)
    for (const statement of memorySql) yield* sql.run(statement)
  })

/** The id of a match: the same members make the same match, night after night. Reads `ledger`, `lines` and `postings`. */
export const matchId =
  "left(sha256(concat_ws('|', ledger, list_sort(lines)::VARCHAR, list_sort(postings)::VARCHAR)), 16)"

/** Puts the rows of `ledger_new_match` (ledger, lines, postings, candidates, ties) on record as matches of one rule. */
export const keepMatches = (sql: Sql, rule: string): Effect.Effect<void, StoreError> =>
  sql
    .run(
      `INSERT INTO ledger_member
       SELECT ledger, match_id, 'line', unnest(lines), $1, candidates, ties FROM (SELECT *, ${matchId} AS match_id FROM ledger_new_match)
       UNION ALL
       SELECT ledger, match_id, 'transaction', unnest(postings), $1, candidates, ties FROM (SELECT *, ${matchId} AS match_id FROM ledger_new_match)`,
      [rule],
    )
    .pipe(Effect.zipRight(sql.run(copiesSql)))

/** What says the same as a line that has its one transaction is a copy of it. */
const copiesSql = `
  INSERT INTO ledger_copy
  SELECT a.ledger, a.line_id, a.first_line FROM ledger_alike AS a
  JOIN ledger_new_match AS n ON n.ledger = a.ledger AND len(n.lines) = 1 AND n.lines[1] = a.first_line
  WHERE a.place > 1
    AND NOT EXISTS (SELECT 1 FROM ledger_member AS m WHERE m.side = 'line' AND m.ledger = a.ledger AND m.record_id = a.line_id)
    AND NOT EXISTS (SELECT 1 FROM ledger_copy AS c WHERE c.ledger = a.ledger AND c.line_id = a.line_id)`
