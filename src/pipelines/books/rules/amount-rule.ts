import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import type { StoreError } from "../../../store/store-error.ts"
import { keepMatches } from "../match-ground.ts"
import { bookTolerance, hasTolerance } from "../tolerance.ts"
import { sweepSql } from "./sweep.ts"

/** What is open and tied with nothing: what is tied has equal claims, and no weaker rule may decide between them. */
export const untied = (side: "line" | "transaction", rows: string, id: string): string =>
  `(SELECT o.* FROM ${rows} AS o ANTI JOIN book_tie AS t ON t.side = '${side}' AND t.book = o.book AND t.record_id = o.${id})`

const nearly = "amount within tolerance"

const exactPairsSql = `
  CREATE OR REPLACE TEMP TABLE book_new_match AS
  SELECT l.book, [l.line_id] AS lines, [p.transaction_id] AS postings, 1 AS candidates, 0 AS ties
  FROM swept_line AS l JOIN swept_posting AS p ON p.book = l.book AND p.transaction_id = l.only_one
  WHERE l.candidates = 1 AND p.candidates = 1`

/** Whatever has a counterpart and was not matched has several, or shares it. Lines alike are tied together. */
const tiesSql: ReadonlyArray<string> = [
  `INSERT INTO book_tie
   SELECT o.book, 'line', o.line_id, 'amount', s.candidates, s.candidates
   FROM open_line AS o JOIN swept_line AS s ON s.book = o.book AND s.line_id = o.first_line WHERE s.candidates > 0
   UNION ALL
   SELECT o.book, 'transaction', o.transaction_id, 'amount', s.candidates, s.candidates
   FROM open_posting AS o JOIN swept_posting AS s ON s.book = o.book AND s.transaction_id = o.transaction_id WHERE s.candidates > 0`,
]

/** Only currencies that have a tolerance, and only what found nothing that is equal. */
const nearPairsSql = (windowHours: number): string => `
  CREATE OR REPLACE TEMP TABLE book_near AS
  SELECT l.book, l.line_id, p.transaction_id, count(*) OVER of_line AS of_line, count(*) OVER of_posting AS of_posting
  FROM ${untied("line", "open_line", "line_id")} AS l
  JOIN ${untied("transaction", "open_posting", "transaction_id")} AS p
    ON p.book = l.book AND p.currency = l.currency AND (l.is_nameless OR l.customer = p.customer_id)
    AND p.posted_at BETWEEN l.booked_from - INTERVAL ${windowHours} HOUR AND l.booked_to + INTERVAL ${windowHours} HOUR
    AND TRY(abs(l.amount - p.amount)) <= ${bookTolerance("p.currency", "p.amount")}
  WHERE l.is_first AND ${hasTolerance("l.currency")}
  WINDOW of_line AS (PARTITION BY l.book, l.line_id), of_posting AS (PARTITION BY p.book, p.transaction_id)`

const nearMatchSql = `
  CREATE OR REPLACE TEMP TABLE book_new_match AS
  SELECT book, [line_id] AS lines, [transaction_id] AS postings, 1 AS candidates, 0 AS ties
  FROM book_near WHERE of_line = 1 AND of_posting = 1`

/** Found anew for each window: a wider one finds them again, unless an equal amount has taken one of them. */
const nearTiesSql = `
  INSERT INTO book_tie
  SELECT book, 'line', line_id, '${nearly}', max(of_line), max(of_line) FROM book_near WHERE of_line > 1 OR of_posting > 1 GROUP BY book, line_id
  UNION ALL
  SELECT book, 'transaction', transaction_id, '${nearly}', max(of_posting), max(of_posting) FROM book_near WHERE of_line > 1 OR of_posting > 1 GROUP BY book, transaction_id`

/**
 * Matches by customer, currency and amount within a window: a pair is a match where each is the other's only candidate.
 * Equal amounts come before those within tolerance.
 */
export const matchByAmount = (sql: Sql, windowHours: number): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(`DELETE FROM book_tie WHERE rule = '${nearly}'`)
    const sweep = sweepSql({
      lines: "SELECT * FROM open_line WHERE is_first",
      postings: "SELECT * FROM open_posting",
      windowHours,
      amountKey: "amount",
    })
    for (const statement of [...sweep, exactPairsSql]) yield* sql.run(statement)
    yield* keepMatches(sql, "amount")
    for (const statement of tiesSql) yield* sql.run(statement)
    const tolerant = yield* sql.rows(
      `SELECT 1 FROM (SELECT DISTINCT currency FROM book_line) AS c WHERE ${hasTolerance("c.currency")} LIMIT 1`,
    )
    if (tolerant.length === 0) return
    for (const statement of [nearPairsSql(windowHours), nearMatchSql]) yield* sql.run(statement)
    yield* keepMatches(sql, nearly)
    yield* sql.run(nearTiesSql)
  })
