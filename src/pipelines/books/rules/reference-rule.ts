import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import type { StoreError } from "../../../store/store-error.ts"
import type { ReferenceKind } from "../map.ts"
import { keepMatches } from "../match-ground.ts"
import { bookTolerance } from "../tolerance.ts"

/** A text that so many pairs share identifies nothing: it is left to the next rules. */
const mostPairs = 10_000

const columnOf: Readonly<Record<ReferenceKind, string>> = {
  transactionId: "transaction_id",
  resourceId: "resource_id",
  reference: "reference",
}

/**
 * Lines and transactions that share a reference. A line without a customer takes the one whose transactions carry its
 * reference, where they are all one customer's.
 */
const sharedSql = (kind: ReferenceKind): string => `
  CREATE OR REPLACE TEMP TABLE book_shared AS
  WITH line_count AS (
    SELECT book, reference, count(*) AS lines FROM open_line WHERE refers_to = '${kind}' AND reference IS NOT NULL GROUP BY ALL
  ),
  posting_count AS (
    SELECT book, ${columnOf[kind]} AS reference, count(*) AS postings FROM open_posting GROUP BY ALL
  ),
  telling AS (
    SELECT book, reference FROM line_count JOIN posting_count USING (book, reference) WHERE lines * postings <= ${mostPairs}
  ),
  pair AS (
    SELECT l.book, l.reference, l.line_id, l.is_first, l.is_nameless, l.booked_from, l.currency, l.amount,
      p.transaction_id, p.customer_id, p.currency AS posting_currency, p.amount AS posted
    FROM telling
    JOIN open_line AS l ON l.book = telling.book AND l.reference = telling.reference AND l.refers_to = '${kind}'
    JOIN open_posting AS p ON p.book = telling.book AND p.${columnOf[kind]} = telling.reference
    WHERE l.is_nameless OR l.customer = p.customer_id
  )
  SELECT *, TRY(abs(amount - posted)) AS gap, ${bookTolerance("currency", "posted")} AS tolerance
  FROM pair
  QUALIFY min(customer_id) OVER (PARTITION BY book, line_id) = max(customer_id) OVER (PARTITION BY book, line_id)`

/** What is still open of it; each step below looks at this. */
const restSql = `
  CREATE OR REPLACE TEMP TABLE book_rest AS
  SELECT s.* FROM book_shared AS s
  SEMI JOIN open_line AS l ON l.book = s.book AND l.line_id = s.line_id
  SEMI JOIN open_posting AS p ON p.book = s.book AND p.transaction_id = s.transaction_id`

/** One line and one transaction that agree, and neither agrees with another one. */
const agreeingSql = (agree: string): string => `
  CREATE OR REPLACE TEMP TABLE book_new_match AS
  WITH agreeing AS (
    SELECT book, line_id, transaction_id, count(*) OVER of_line AS of_line, count(*) OVER of_posting AS of_posting
    FROM book_rest WHERE is_first AND currency = posting_currency AND ${agree}
    WINDOW of_line AS (PARTITION BY book, line_id), of_posting AS (PARTITION BY book, transaction_id)
  )
  SELECT r.book, [r.line_id] AS lines, [r.transaction_id] AS postings, 0 AS ties,
    (SELECT count(*) FROM book_rest AS s WHERE s.book = r.book AND s.line_id = r.line_id) AS candidates
  FROM agreeing AS r WHERE of_line = 1 AND of_posting = 1`

/** Lines and transactions of one reference, customer and currency, with their sums. */
const groupsSql = (condition: string): string => `
  CREATE OR REPLACE TEMP TABLE book_new_match AS
  WITH line AS (
    SELECT DISTINCT book, reference, customer_id, currency, line_id, amount FROM book_rest WHERE currency = posting_currency
  ),
  posting AS (
    SELECT DISTINCT book, reference, customer_id, currency, transaction_id, posted FROM book_rest WHERE currency = posting_currency
  ),
  line_sum AS (
    SELECT book, reference, customer_id, currency, list_sort(list(line_id)) AS lines, list(amount) AS booked FROM line GROUP BY ALL
  ),
  posting_sum AS (
    SELECT book, reference, customer_id, currency, list_sort(list(transaction_id)) AS postings, list(posted) AS posted FROM posting GROUP BY ALL
  ),
  summed AS (
    SELECT * REPLACE (TRY(list_sum(booked)) AS booked, TRY(list_sum(posted)) AS posted)
    FROM line_sum JOIN posting_sum USING (book, reference, customer_id, currency)
  ),
  sides AS (
    SELECT *, len(lines) AS line_count, len(postings) AS posting_count, TRY(abs(booked - posted)) AS gap, ${bookTolerance("currency", "posted")} AS tolerance
    FROM summed
  )
  SELECT book, lines, postings, greatest(line_count, posting_count) AS candidates, 0 AS ties FROM sides WHERE ${condition}`

/** Several lines name one transaction, and some agree with it by themselves: the first does, the others repeat it. */
const namedTwiceSql = `
  CREATE OR REPLACE TEMP TABLE book_new_match AS
  WITH agreeing AS (
    SELECT book, line_id, transaction_id, booked_from, count(*) OVER (PARTITION BY book, line_id) AS of_line
    FROM book_rest WHERE currency = posting_currency AND gap <= tolerance
  ),
  first AS (
    SELECT book, transaction_id, arg_min(line_id, (booked_from, line_id)) AS line_id, count(*) AS lines
    FROM agreeing WHERE of_line = 1 GROUP BY book, transaction_id
  )
  SELECT book, [line_id] AS lines, [transaction_id] AS postings, lines AS candidates, 0 AS ties FROM first WHERE lines > 1`

/** A line that names a transaction which another line already accounts for. */
const repeatedSql = (kind: ReferenceKind): string => `
  INSERT INTO book_copy
  SELECT l.book, l.line_id, min(other.record_id)
  FROM open_line AS l
  JOIN book_shared AS s ON s.book = l.book AND s.line_id = l.line_id AND s.currency = s.posting_currency
  JOIN book_member AS taken ON taken.side = 'transaction' AND taken.book = l.book AND taken.record_id = s.transaction_id
  JOIN book_member AS other ON other.side = 'line' AND other.book = l.book AND other.match_id = taken.match_id
  WHERE l.refers_to = '${kind}'
  GROUP BY l.book, l.line_id`

/** The only line and the only transaction that are left of a reference, in two currencies. */
const otherCurrencySql = `
  CREATE OR REPLACE TEMP TABLE book_new_match AS
  WITH counted AS (
    SELECT book, line_id, transaction_id, count(*) OVER of_line AS of_line, count(*) OVER of_posting AS of_posting
    FROM book_rest
    WINDOW of_line AS (PARTITION BY book, line_id), of_posting AS (PARTITION BY book, transaction_id)
  )
  SELECT book, [line_id] AS lines, [transaction_id] AS postings, 1 AS candidates, 0 AS ties
  FROM counted WHERE of_line = 1 AND of_posting = 1`

const toOne = "(line_count = 1 OR posting_count = 1)"

/**
 * Matches by a reference, the surest first: pairs that agree exactly, then within tolerance; groups whose sums agree; lines
 * that name one transaction twice; then what is left of a reference as one pair, although amounts or currencies differ.
 * Whatever remains on both sides of a reference has equal claims and is left alone.
 */
export const matchByReference = (sql: Sql, kind: ReferenceKind): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const step = (text: string) =>
      sql.run(restSql).pipe(Effect.zipRight(sql.run(text)), Effect.zipRight(keepMatches(sql, kind)))
    yield* sql.run(sharedSql(kind))
    yield* step(agreeingSql("gap = 0"))
    yield* step(agreeingSql("gap <= tolerance"))
    yield* step(groupsSql(`${toOne} AND line_count + posting_count > 2 AND gap <= tolerance`))
    if (kind !== "reference") yield* step(namedTwiceSql)
    if (kind === "transactionId") yield* sql.run(repeatedSql(kind))
    yield* step(groupsSql("line_count = 1 AND posting_count = 1"))
    if (kind === "transactionId") yield* step(groupsSql("posting_count = 1"))
    yield* step(otherCurrencySql)
  })

/** At the end: whatever is open on both sides of a reference that a rule has looked at. */
export const referenceTiesSql = (kind: ReferenceKind): string => `
  INSERT INTO book_tie
  WITH pair AS (
    SELECT l.book, l.reference, l.line_id, p.transaction_id FROM open_line AS l
    JOIN open_posting AS p ON p.book = l.book AND p.${columnOf[kind]} = l.reference AND (l.is_nameless OR l.customer = p.customer_id)
    WHERE l.refers_to = '${kind}'
  ),
  sizes AS (
    SELECT book, reference, count(DISTINCT line_id) AS lines, count(DISTINCT transaction_id) AS postings FROM pair GROUP BY ALL
  )
  SELECT DISTINCT book, 'line', line_id, '${kind}', postings, postings FROM pair JOIN sizes USING (book, reference)
  UNION ALL
  SELECT DISTINCT book, 'transaction', transaction_id, '${kind}', lines, lines FROM pair JOIN sizes USING (book, reference)`
