import { bookTolerance } from "./tolerance.ts"

/** What a match comes to: both sums, whether they are of one currency, and whether they lie in the window. */
const matchSql = `
  CREATE OR REPLACE TEMP TABLE book_match AS
  WITH line AS (
    SELECT m.book, m.match_id, any_value(m.rule) AS rule, max(m.candidates) AS candidates, max(m.ties) AS ties, count(*) AS lines,
      list(l.amount) AS booked, min(l.currency) AS line_currency, min(l.booked_from) AS booked_from, max(l.booked_to) AS booked_to,
      list(l.line_id) AS line_ids
    FROM book_member AS m JOIN book_line AS l ON l.book = m.book AND l.line_id = m.record_id
    WHERE m.side = 'line' GROUP BY m.book, m.match_id
  ),
  posting AS (
    SELECT m.book, m.match_id, count(*) AS transactions, list(p.amount) AS posted, min(p.currency) AS currency,
      min(p.customer_id) AS customer_id, min(p.posted_at) AS posted_from, max(p.posted_at) AS posted_to,
      list(p.transaction_id) AS transaction_ids
    FROM book_member AS m JOIN book_posting AS p ON p.book = m.book AND p.transaction_id = m.record_id
    WHERE m.side = 'transaction' GROUP BY m.book, m.match_id
  ),
  summed AS (
    SELECT * REPLACE (TRY(list_sum(booked)) AS booked, TRY(list_sum(posted)) AS posted,
      array_to_string(list_sort(line_ids), ', ') AS line_ids, array_to_string(list_sort(transaction_ids), ', ') AS transaction_ids)
    FROM line JOIN posting USING (book, match_id)
  ),
  weighed AS (
    SELECT *, line_currency = currency AS is_one_currency, TRY(booked - posted) AS difference, ${bookTolerance("currency", "posted")} AS tolerance,
      posted_from >= booked_from - getvariable('date_window') AND posted_to <= booked_to + getvariable('date_window') AS is_in_window
    FROM summed
  )
  SELECT *, CASE
    WHEN NOT is_one_currency THEN 'BOOK_CURRENCY'
    WHEN coalesce(abs(difference), 99999999999999999999) > tolerance THEN 'BOOK_AMOUNT'
    WHEN NOT is_in_window THEN 'BOOK_DATE'
    WHEN difference <> 0 THEN 'within tolerance'
    ELSE 'matched' END AS verdict
  FROM weighed`

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

/** Whose transactions this run has read to the end, and which of them something unreadable may be. */
const proofSql: ReadonlyArray<string> = [
  `CREATE OR REPLACE TEMP TABLE book_unreadable AS
   SELECT customer_id, currency FROM quarantined WHERE stream = 'transactions'`,
  `CREATE OR REPLACE TEMP TABLE book_everyone AS
   SELECT coalesce(bool_and(state = 'COMPLETE'), FALSE) AS is_proven FROM recon.coverage
   WHERE run_id = getvariable('run') AND stream = 'transactions'`,
  // A line that could not be read may be any transaction's, as far as what could be read of it does not speak against it.
  `CREATE OR REPLACE TEMP TABLE book_unread_line AS
   SELECT DISTINCT q.book, coalesce(q.customer_id, c.customer_id) AS customer_id, q.currency
   FROM raw.book_quarantine AS q LEFT JOIN main.customers AS c ON c.partner_customer_ref = q.partner_customer_ref
   WHERE q.in_force`,
]

const lineVerdictSql = `
  CREATE OR REPLACE TEMP TABLE book_line_verdict AS
  SELECT l.*, m.match_id, m.transaction_ids, m.transactions, m.lines, m.posted, m.difference, m.tolerance, m.currency AS posting_currency,
    m.customer_id AS posting_customer, c.of_line, coalesce(m.rule, t.rule) AS rule, coalesce(m.candidates, t.candidates) AS candidates,
    coalesce(m.ties, t.ties) AS ties, t.note AS bound_note,
    CASE
      WHEN m.match_id IS NOT NULL THEN m.verdict
      WHEN c.of_line IS NOT NULL THEN 'BOOK_DUPLICATE'
      WHEN a.place > 1 AND l.reference IS NOT NULL AND t.record_id IS NULL THEN 'BOOK_DUPLICATE'
      WHEN t.record_id IS NOT NULL THEN 'BOOK_AMBIGUOUS'
      WHEN in_grace('BOOK_MISSING_THERE', l.booked_to) THEN 'in flight'
      WHEN NOT CASE WHEN l.is_nameless THEN (SELECT is_proven FROM book_everyone) ELSE p.customer_id IS NOT NULL END THEN 'unproven'
      WHEN EXISTS (
        SELECT 1 FROM book_unreadable AS u
        WHERE (l.is_nameless OR u.customer_id = l.customer) AND (u.currency IS NULL OR u.currency = l.currency)
      ) THEN 'unproven'
      ELSE 'BOOK_MISSING_THERE' END AS verdict,
    a.first_line
  FROM book_line AS l
  JOIN book_alike AS a ON a.book = l.book AND a.line_id = l.line_id
  LEFT JOIN book_member AS g ON g.side = 'line' AND g.book = l.book AND g.record_id = l.line_id
  LEFT JOIN book_match AS m ON m.book = g.book AND m.match_id = g.match_id
  LEFT JOIN book_copy AS c ON c.book = l.book AND c.line_id = l.line_id
  LEFT JOIN book_claim AS t ON t.side = 'line' AND t.book = l.book AND t.record_id = l.line_id
  LEFT JOIN proven AS p ON p.stream = 'transactions' AND p.customer_id = l.customer`

/** Transactions outside the book's period are only told where they are matched or tied with a line. */
const postingVerdictSql = `
  CREATE OR REPLACE TEMP TABLE book_posting_verdict AS
  SELECT p.*, m.match_id, m.line_ids, m.transactions, m.lines, m.booked, m.difference, m.tolerance, m.line_currency,
    coalesce(m.rule, t.rule) AS rule, coalesce(m.candidates, t.candidates) AS candidates, coalesce(m.ties, t.ties) AS ties, t.note AS bound_note,
    CASE
      WHEN m.match_id IS NOT NULL THEN m.verdict
      WHEN t.record_id IS NOT NULL THEN 'BOOK_AMBIGUOUS'
      WHEN p.posted_at + grace_of('BOOK_MISSING_HERE') > least(getvariable('started_at'), p.period_to) THEN 'in flight'
      WHEN EXISTS (
        SELECT 1 FROM book_unread_line AS u
        WHERE u.book = p.book AND (u.customer_id IS NULL OR u.customer_id = p.customer_id) AND (u.currency IS NULL OR u.currency = p.currency)
      ) THEN 'unproven'
      ELSE 'BOOK_MISSING_HERE' END AS verdict
  FROM book_posting AS p
  LEFT JOIN book_member AS g ON g.side = 'transaction' AND g.book = p.book AND g.record_id = p.transaction_id
  LEFT JOIN book_match AS m ON m.book = g.book AND m.match_id = g.match_id
  LEFT JOIN book_claim AS t ON t.side = 'transaction' AND t.book = p.book AND t.record_id = p.transaction_id
  WHERE p.is_in_period OR g.match_id IS NOT NULL OR t.record_id IS NOT NULL`

/**
 * What a person must know of a line besides its category: that it was matched although what it names is another record or
 * none, or why it could not be judged.
 */
const lineNotesSql = `
  CREATE OR REPLACE TEMP TABLE book_line_note AS
  WITH by_weaker_rule AS (
    SELECT * FROM book_line_verdict
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
  LEFT JOIN main.transactions AS t ON l.refers_to = 'transactionId' AND t.transaction_id = l.reference
  UNION ALL
  SELECT l.book, l.line_id,
    CASE
      WHEN l.is_nameless AND NOT (SELECT is_proven FROM book_everyone)
        THEN 'the line names no customer, and not every customer''s transactions were read to their end'
      WHEN starts_with(l.customer, '?') THEN concat('the reference ', l.customer[2:], ' is on the roster for no customer, or for several')
      WHEN NOT l.is_nameless AND l.customer NOT IN (SELECT customer_id FROM recon.coverage WHERE run_id = getvariable('run')) THEN concat('customer ', l.customer, ' is not on the roster')
      WHEN NOT l.is_nameless AND p.customer_id IS NULL THEN concat('the transactions of customer ', l.customer, ' were not read to their end')
      ELSE 'a transaction in quarantine may be it' END
  FROM book_line_verdict AS l LEFT JOIN proven AS p ON p.stream = 'transactions' AND p.customer_id = l.customer
  WHERE l.verdict = 'unproven'`

const isCode = "starts_with(verdict, 'BOOK_')"

const judgedSql = `
  INSERT INTO recon.book_judged
  SELECT getvariable('run'), v.book, 'line', v.line_id, match_id, rule, lines, transactions, candidates, ties,
    coalesce(customer_id, posting_customer), currency, amount, CASE WHEN posting_currency = currency THEN posted END,
    CASE WHEN posting_currency = currency THEN difference END, tolerance, booked_from, booked_to,
    CASE WHEN ${isCode} THEN 'exception' ELSE verdict END, CASE WHEN ${isCode} THEN verdict END, coalesce(bound_note, n.note)
  FROM book_line_verdict AS v LEFT JOIN book_line_note AS n ON n.book = v.book AND n.line_id = v.line_id
  UNION ALL
  SELECT getvariable('run'), book, 'transaction', transaction_id, match_id, rule, lines, transactions, candidates, ties,
    customer_id, currency, amount, CASE WHEN line_currency = currency THEN booked END,
    CASE WHEN line_currency = currency THEN difference END, tolerance, posted_at, posted_at,
    CASE WHEN ${isCode} THEN 'exception' ELSE verdict END, CASE WHEN ${isCode} THEN verdict END,
    CASE WHEN verdict = 'unproven' THEN 'a line of the books that could not be read may be it' ELSE bound_note END
  FROM book_posting_verdict`

/** Every line, and every transaction that a book could hold, in exactly one category. */
export const bookVerdictSql: ReadonlyArray<string> = [
  matchSql,
  openClaimsSql,
  ...proofSql,
  lineVerdictSql,
  postingVerdictSql,
  lineNotesSql,
  "DELETE FROM recon.book_judged",
  judgedSql,
]
