import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { publishBooks } from "../evidence/publish.ts"

/** One row for each tied or bounded record: the rule that knew of the most equal claims. */
const openClaimsSql = `
  CREATE OR REPLACE TEMP TABLE book_claim AS
  WITH claim AS (
    SELECT book, side, record_id, rule, candidates, ties, NULL::VARCHAR AS note FROM book_tie
    UNION ALL
    SELECT book, side, record_id, rule, candidates, NULL, note FROM book_bound
  )
  SELECT book, side, record_id, arg_min(rule, place) AS rule, arg_min(candidates, place) AS candidates,
    arg_min({'ties': ties}, place).ties AS ties, arg_min({'note': note}, place).note AS note
  FROM (SELECT *, row_number() OVER (PARTITION BY book, side, record_id ORDER BY note IS NOT NULL, ties DESC, rule) AS place FROM claim)
  GROUP BY book, side, record_id`

/**
 * What a person must know of a matched line: that what it names is another record or none.
 */
const lineNotesSql = `
  CREATE OR REPLACE TEMP TABLE book_line_note AS
  WITH by_weaker_rule AS (
    SELECT * FROM recon.book_line_verdict
    WHERE match_id IS NOT NULL AND refers_to <> 'reference' AND reference IS NOT NULL AND rule <> refers_to
  ),
  named_resource AS (
    SELECT DISTINCT book, resource_id FROM book_posting WHERE resource_id IN (SELECT reference FROM by_weaker_rule)
  )
  SELECT l.book, l.line_id,
    CASE
      WHEN l.refers_to = 'resourceId' AND r.resource_id IS NULL THEN concat('it names resource ', l.reference, ', of which there is no posted transaction')
      WHEN l.refers_to = 'resourceId' THEN concat('it names resource ', l.reference, ', whose transaction is not this one')
      WHEN t.transaction_id IS NULL THEN concat('it names transaction ', l.reference, ', which is not among those that were read')
      WHEN t.status NOT IN ('COMPLETED', 'REVERSED') THEN concat('it names transaction ', l.reference, ', which is ', t.status)
      WHEN t.customer_id <> l.customer THEN concat('it names transaction ', l.reference, ', which is of customer ', t.customer_id)
      ELSE concat('it names transaction ', l.reference, ', which is not this one') END AS note
  FROM by_weaker_rule AS l
  LEFT JOIN named_resource AS r ON r.book = l.book AND r.resource_id = l.reference
  LEFT JOIN main.transactions AS t ON t.transaction_id = CASE l.refers_to WHEN 'transactionId' THEN l.reference END`

const isCode = "starts_with(verdict, 'BOOK_')"

const judgedSql = `
  INSERT INTO recon.book_judged
  SELECT recon.run(), v.book, 'line', v.line_id, match_id, rule, lines, transactions, candidates, ties,
    coalesce(customer_id, posting_customer), currency, amount, CASE WHEN posting_currency = currency THEN posted END,
    CASE WHEN posting_currency = currency THEN difference END, tolerance, booked_from, booked_to,
    CASE WHEN ${isCode} THEN 'exception' ELSE verdict END, CASE WHEN ${isCode} THEN verdict END, coalesce(bound_note, n.note, CASE verdict WHEN 'unproven' THEN obstacle END)
  FROM recon.book_line_verdict AS v LEFT JOIN book_line_note AS n ON n.book = v.book AND n.line_id = v.line_id
  UNION ALL
  SELECT recon.run(), book, 'transaction', transaction_id, match_id, rule, lines, transactions, candidates, ties,
    customer_id, currency, amount, CASE WHEN line_currency = currency THEN booked END,
    CASE WHEN line_currency = currency THEN difference END, tolerance, posted_at, posted_at,
    CASE WHEN ${isCode} THEN 'exception' ELSE verdict END, CASE WHEN ${isCode} THEN verdict END,
    CASE verdict WHEN 'unproven' THEN obstacle ELSE bound_note END
  FROM recon.book_posting_verdict`

/** Puts every line, and every transaction that a book could hold, into exactly one category. */
export const judgeBooks = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(openClaimsSql)
    yield* publishBooks(sql)
    for (const statement of [lineNotesSql, "DELETE FROM recon.book_judged", judgedSql]) yield* sql.run(statement)
  })
