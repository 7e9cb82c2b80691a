import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { BookRule, BookSettings } from "../configuration/books-settings.ts"
import { publishBookFacts } from "../evidence/publish.ts"

/**
 * What the matching stands on. `book_line`: the books' lines with the customer that each one means. `book_posting`:
 * for each book, the posted transactions that could be in it. `book_stranger`: customers of a scope whom nobody knows.
 * `book_member`: what is matched, by the match's id. `book_copy`: lines that repeat another. `book_tie` and
 * `book_bound`: what stays unmatched because several counterparts would do as well, or because a search would have been
 * too large.
 */

/** Days at least that a line must lie from the others to be one that lies alone. */
const loneDays = 31

/** Of each book, what it is meant to hold; NULL where nothing limits it. */
const scopeSql = `
  CREATE OR REPLACE TABLE recon.book_scope AS
  WITH configured AS (
    SELECT unnest($1) AS book, unnest($2)::DATE AS first_day, unnest($3)::DATE AS last_day,
      unnest($4)::JSON::VARCHAR[] AS currencies, unnest($5)::JSON::VARCHAR[] AS types, unnest($6)::JSON::VARCHAR[] AS customers
  ),
  -- A customer may be named by either side's name for it.
  named AS (
    SELECT c.book, list(coalesce(k.customer_id, c.customer)) AS customers
    FROM (SELECT book, unnest(customers) AS customer FROM configured) AS c
    LEFT JOIN recon.customer_reference AS k ON k.partner_customer_ref = c.customer
    GROUP BY c.book
  ),
  step AS (
    SELECT *, epoch(booked_from) - epoch(lag(booked_to) OVER (PARTITION BY book ORDER BY booked_from, line_id)) AS apart FROM main.book_lines
  ),
  usual AS (
    SELECT book, greatest(${loneDays} * 86400, 10 * quantile_disc(apart, 0.5)) AS most_apart FROM step GROUP BY book
  ),
  -- A line that lies alone, far before or after all others, is likelier a wrong date than a book of all the time between.
  stretch AS (
    SELECT s.*, sum(CASE WHEN s.apart > u.most_apart THEN 1 ELSE 0 END) OVER (PARTITION BY s.book ORDER BY s.booked_from, s.line_id ROWS UNBOUNDED PRECEDING) AS nth
    FROM step AS s JOIN usual AS u ON u.book = s.book
  ),
  period AS (
    SELECT book, nth, count(*) AS lines, min(booked_from) AS first_booked, max(booked_to) AS last_booked, bool_or(customer_id IS NULL AND partner_customer_ref IS NULL) AS has_nameless
    FROM stretch GROUP BY book, nth
  ),
  booked AS (
    SELECT book, min(first_booked) AS first_booked, max(last_booked) AS last_booked, bool_or(has_nameless) AS has_nameless,
      coalesce(min(first_booked) FILTER (lines > 1), min(first_booked)) AS first_in_company, coalesce(max(last_booked) FILTER (lines > 1), max(last_booked)) AS last_in_company
    FROM period GROUP BY book
  )
  SELECT b.book, b.has_nameless, coalesce(c.first_day::TIMESTAMPTZ, b.first_in_company) AS period_from,
    coalesce((c.last_day + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND, b.last_in_company) AS period_to,
    c.first_day IS NULL AND b.first_booked < b.first_in_company AS has_lone_first, c.last_day IS NULL AND b.last_booked > b.last_in_company AS has_lone_last,
    b.first_booked, b.last_booked, c.currencies, c.types, n.customers,
    c.book IS NOT NULL AND (c.currencies IS NOT NULL OR c.types IS NOT NULL OR n.customers IS NOT NULL) AS is_limited
  FROM booked AS b LEFT JOIN configured AS c ON c.book = b.book LEFT JOIN named AS n ON n.book = b.book`

/** Customers that a book is meant to hold and that this run does not know: misspelt, or off the roster. */
const strangerSql = `
  CREATE OR REPLACE TABLE recon.book_stranger AS
  SELECT book, customer_id FROM (SELECT book, unnest(customers) AS customer_id FROM recon.book_scope)
  WHERE customer_id NOT IN (SELECT customer_id FROM recon.reading)`

/** Settings that name nothing, each as a sentence: whatever they were meant for is outside the scope. */
const scopeNotesSql = `
  INSERT INTO recon.notes
  WITH value AS (
    SELECT book, 'customers' AS key, unnest(customers) AS named FROM recon.book_scope
    UNION ALL SELECT book, 'currencies', unnest(currencies) FROM recon.book_scope
    UNION ALL SELECT book, 'types', unnest(types) FROM recon.book_scope
  ),
  known AS (
    SELECT 'customers' AS key, customer_id AS named FROM recon.coverage WHERE run_id = recon.run()
    UNION SELECT 'currencies', currency FROM main.transactions
    UNION SELECT 'currencies', currency FROM main.book_lines
    UNION SELECT 'types', type FROM main.transactions
  )
  SELECT recon.run(), concat('books.scope.', v.book, '.', v.key, ' names ', v.named, ', and nothing that was read is so: is it misspelt?')
  FROM value AS v ANTI JOIN known AS k ON k.key = v.key AND k.named = v.named
  UNION ALL
  SELECT recon.run(), concat('books.scope names the book ', book, ', of which no line is in the books: is it misspelt?')
  FROM (SELECT unnest($1) AS book) WHERE book NOT IN (SELECT book FROM main.book_lines)
  UNION ALL
  SELECT recon.run(), concat('A line of the book ', book, ', of ', CASE WHEN has_lone_first THEN first_booked ELSE last_booked END::DATE, ', lies alone, far from all others, so the book is taken to go from ', period_from::DATE, ' to ', period_to::DATE,
    '; correct its date, or say from and to in books.scope.', book)
  FROM recon.book_scope WHERE has_lone_first OR has_lone_last`

/**
 * customer is the one that a line names. A reference that the store does not know, or knows twice, is no customer's: it
 * must not match anybody's transaction. A UUID written in
 * capital letters, which no transaction writes so, is looked for in small ones.
 */
const lineSql = `
  CREATE OR REPLACE TEMP TABLE book_line AS
  WITH capital AS (
    SELECT DISTINCT reference FROM main.book_lines
    WHERE refers_to <> 'reference' AND reference <> lower(reference)
      AND regexp_full_match(reference, '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}')
  ),
  respelt AS (
    SELECT c.reference FROM capital AS c
    ANTI JOIN main.transactions AS t ON t.transaction_id = c.reference
    ANTI JOIN main.transactions AS r ON r.resource_id = c.reference
  )
  SELECT l.book, l.line_id, k.customer_id, coalesce(k.customer_id, concat('?', k.named)) AS customer, k.standing = 'none' AS is_nameless,
    recon.currency_name(l.currency) AS currency, l.amount, l.booked_from, l.booked_to, l.refers_to, l.description,
    CASE WHEN s.reference IS NULL THEN l.reference ELSE lower(l.reference) END AS reference
  FROM main.book_lines AS l
  LEFT JOIN respelt AS s ON l.refers_to <> 'reference' AND s.reference = l.reference
  JOIN recon.book_customer AS k ON k.book = l.book AND k.line_id = l.line_id`

/** Only what a line may refer to, or what lies near the book's time, can be matched or missed. */
const postingSql = `
  CREATE OR REPLACE TEMP TABLE book_posting AS
  WITH posted AS (
    SELECT transaction_id, customer_id, type, currency, resource_id, reference, status,
      CASE WHEN recon.book_amount() = 'net_amount' THEN moved WHEN direction = 'DEBIT' THEN -amount ELSE amount END AS amount, posted_at
    FROM recon.transaction WHERE is_posted
  ),
  named AS (
    SELECT DISTINCT book, refers_to, reference FROM book_line WHERE reference IS NOT NULL
  ),
  wanted AS (
    SELECT s.book, p.transaction_id FROM recon.book_scope AS s JOIN posted AS p
      ON p.posted_at BETWEEN least(s.period_from, s.first_booked) - recon.book_widest() AND greatest(s.period_to, s.last_booked) + recon.book_widest()
    UNION
    SELECT n.book, p.transaction_id FROM named AS n JOIN posted AS p ON n.refers_to = 'transactionId' AND p.transaction_id = n.reference
    UNION
    SELECT n.book, p.transaction_id FROM named AS n JOIN posted AS p ON n.refers_to = 'resourceId' AND p.resource_id = n.reference
    UNION
    SELECT n.book, p.transaction_id FROM named AS n JOIN posted AS p ON n.refers_to = 'reference' AND p.reference = n.reference
  )
  SELECT w.book, p.*, s.has_nameless,
    p.posted_at BETWEEN s.period_from AND s.period_to AS is_in_period, s.period_to
  FROM wanted AS w
  JOIN posted AS p ON p.transaction_id = w.transaction_id
  JOIN recon.book_scope AS s ON s.book = w.book
  WHERE (s.currencies IS NULL OR p.currency IN (SELECT unnest(s.currencies)))
    AND (s.types IS NULL OR p.type IN (SELECT unnest(s.types)))
    AND (s.customers IS NULL OR p.customer_id IN (SELECT unnest(s.customers)))`

/** Lines that say the same under different ids: the first of them stands for all where one counterpart is looked for. */
const alikeSql = `
  CREATE OR REPLACE TEMP TABLE book_alike AS
  SELECT book, line_id, first_value(line_id) OVER alike AS first_line, row_number() OVER alike AS place
  FROM book_line
  WINDOW alike AS (
    PARTITION BY book, is_nameless, customer, currency, amount, booked_from, booked_to, reference, refers_to, description ORDER BY line_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
  )`

const memorySql: ReadonlyArray<string> = [
  `CREATE OR REPLACE TEMP TABLE book_member (
     book VARCHAR, match_id VARCHAR, side VARCHAR, record_id VARCHAR, rule VARCHAR, candidates BIGINT, ties BIGINT)`,
  "CREATE OR REPLACE TEMP TABLE book_copy (book VARCHAR, line_id VARCHAR, of_line VARCHAR)",
  "CREATE OR REPLACE TEMP TABLE book_tie (book VARCHAR, side VARCHAR, record_id VARCHAR, rule VARCHAR, candidates BIGINT, ties BIGINT)",
  "CREATE OR REPLACE TEMP TABLE book_bound (book VARCHAR, side VARCHAR, record_id VARCHAR, rule VARCHAR, candidates BIGINT, note VARCHAR)",
  `CREATE OR REPLACE TEMP VIEW open_line AS
   SELECT l.*, a.place = 1 AS is_first, a.first_line FROM book_line AS l
   JOIN book_alike AS a ON a.book = l.book AND a.line_id = l.line_id
   ANTI JOIN book_member AS m ON m.side = 'line' AND m.book = l.book AND m.record_id = l.line_id
   ANTI JOIN book_copy AS c ON c.book = l.book AND c.line_id = l.line_id`,
  `CREATE OR REPLACE TEMP VIEW open_posting AS
   SELECT p.* FROM book_posting AS p
   ANTI JOIN book_member AS m ON m.side = 'transaction' AND m.book = p.book AND m.record_id = p.transaction_id`,
]

const widestHours = (rules: ReadonlyArray<BookRule>, settings: BookSettings): number =>
  Math.max(settings.dateWindowHours, 24, ...rules.map((rule) => rule.windowHours ?? 0))

/** What the configuration says of the books, as macros that the published tables are made by. */
const settingMacros = (settings: BookSettings): ReadonlyArray<string> => [
  `book_widest() AS INTERVAL ${widestHours(settings.rules, settings)} HOUR`,
  `book_window() AS INTERVAL ${settings.dateWindowHours} HOUR`,
  `book_amount() AS '${settings.amount === "amount" ? "amount" : "net_amount"}'`,
  `book_has_sums() AS ${settings.rules.some(({ by }) => by === "sumOfTransactions" || by === "sumOfLines")}`,
  "book_day(booked_from, booked_to) AS CASE WHEN booked_from = booked_to THEN recon.moment(booked_from) ELSE strftime(booked_from, '%Y-%m-%d') END",
]

const scopeComments: ReadonlyArray<string> = [
  "COMMENT ON TABLE recon.book_scope IS 'Of each book, what it is meant to hold; NULL where nothing limits it.'",
  "COMMENT ON TABLE recon.book_stranger IS 'Customers that a book is meant to hold and that are not on the roster.'",
]

export const prepareBooks = (sql: Sql, settings: BookSettings): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const scopes = Object.entries(settings.scope)
    const listOf = (values: ReadonlyArray<string> | undefined) => (values === undefined ? null : JSON.stringify(values))
    yield* sql.runAll(settingMacros(settings).map((macro) => `CREATE OR REPLACE MACRO recon.${macro}`))
    yield* publishBookFacts(sql)
    yield* sql.run(scopeSql, [
      scopes.map(([book]) => book),
      scopes.map(([, scope]) => scope.from ?? null),
      scopes.map(([, scope]) => scope.to ?? null),
      scopes.map(([, scope]) => listOf(scope.currencies)),
      scopes.map(([, scope]) => listOf(scope.types)),
      scopes.map(([, scope]) => listOf(scope.customers)),
    ])
    yield* sql.run(strangerSql)
    for (const comment of scopeComments) yield* sql.run(comment)
    yield* sql.run(scopeNotesSql, [scopes.map(([book]) => book)])
    yield* sql.run(lineSql)
    yield* sql.run(postingSql)
    yield* sql.run(alikeSql)
    for (const statement of memorySql) yield* sql.run(statement)
  })

/** The id of a match: the same members make the same match, night after night. Reads `book`, `lines` and `postings`. */
export const matchId =
  "'m' || left(sha256(concat_ws('|', book, list_sort(lines)::VARCHAR, list_sort(postings)::VARCHAR)), 16)"

/** Puts the rows of `book_new_match` (book, lines, postings, candidates, ties) on record as matches of one rule. */
export const keepMatches = (sql: Sql, rule: string): Effect.Effect<void, StoreError> =>
  sql
    .run(
      `INSERT INTO book_member
       SELECT book, match_id, 'line', unnest(lines), $1, candidates, ties FROM (SELECT *, ${matchId} AS match_id FROM book_new_match)
       UNION ALL
       SELECT book, match_id, 'transaction', unnest(postings), $1, candidates, ties FROM (SELECT *, ${matchId} AS match_id FROM book_new_match)`,
      [rule],
    )
    .pipe(Effect.zipRight(sql.run(copiesSql)))

/** What says the same as a line that has its one transaction is a copy of it. */
const copiesSql = `
  INSERT INTO book_copy
  SELECT a.book, a.line_id, a.first_line FROM book_alike AS a
  JOIN book_new_match AS n ON n.book = a.book AND len(n.lines) = 1 AND n.lines[1] = a.first_line
  WHERE a.place > 1
    AND NOT EXISTS (SELECT 1 FROM book_member AS m WHERE m.side = 'line' AND m.book = a.book AND m.record_id = a.line_id)
    AND NOT EXISTS (SELECT 1 FROM book_copy AS c WHERE c.book = a.book AND c.line_id = a.line_id)`
