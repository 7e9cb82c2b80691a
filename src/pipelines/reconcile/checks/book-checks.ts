import type { Severity } from "../../configuration/file.ts"
import type { Check } from "../check.ts"

/**
 * The partner's own books against the API's transactions. A record is a line, `book/line id`, or a transaction as a
 * book lacks it, `book/transaction id`: one transaction may be missing in two books.
 */

const lineId = (row: string): string => `concat_ws('/', ${row}.book, ${row}.line_id)`

const days = (row: string): string =>
  `CASE WHEN ${row}.booked_from = ${row}.booked_to THEN moment(${row}.booked_from) ELSE strftime(${row}.booked_from, '%Y-%m-%d') END`

interface MatchCheck {
  readonly code: string
  readonly severity: Severity
  readonly definition: string
  readonly detail: string
  readonly expected: string
  readonly actual: string
  readonly finds: string
  readonly silent: string
  readonly takes?: Check["takes"]
}

/** Of a match with several lines the first stands for all; its difference is the whole match's. */
const ofMatch = (check: MatchCheck): Check => ({
  code: check.code,
  severity: check.severity,
  family: "books",
  definition: check.definition,
  query: `
      WITH matched AS (
        SELECT v.*, row_number() OVER (PARTITION BY book, match_id ORDER BY line_id) AS place FROM book_line_verdict AS v
        WHERE verdict = '${check.code}'
      )
      SELECT 'books' AS stream, ${lineId("v")} AS record_id, v.transaction_ids AS counterpart_id, v.posting_customer AS customer_id,
        v.currency, ${check.expected} AS expected, ${check.actual} AS actual, v.tolerance, ${check.detail} AS detail
      FROM matched AS v JOIN book_match AS m ON m.book = v.book AND m.match_id = v.match_id
      WHERE v.place = 1`,
  unproven: null,
  finds: check.finds,
  silent: check.silent,
  ...(check.takes === undefined ? {} : { takes: check.takes }),
})

const several = "CASE WHEN m.lines > 1 THEN concat('the lines ', m.line_ids, ' say') ELSE 'the line says' END"
const theirs =
  "CASE WHEN m.transactions > 1 THEN concat('its ', m.transactions, ' transactions') ELSE 'its transaction' END"

export const bookChecks: ReadonlyArray<Check> = [
  {
    code: "BOOK_MISSING_HERE",
    severity: "high",
    family: "books",
    definition: "A posted transaction within the book's period is not in the partner's books.",
    query: `
      SELECT 'books' AS stream, concat_ws('/', v.book, v.transaction_id) AS record_id, v.transaction_id AS counterpart_id,
        v.customer_id, v.currency, v.amount AS expected,
        concat('posted at ', moment(v.posted_at), ' as ', v.type, ', and no line of ', v.book, ' is it') AS detail
      FROM book_posting_verdict AS v WHERE v.verdict = 'BOOK_MISSING_HERE'`,
    unproven: `
      SELECT (SELECT count(*) FROM book_posting_verdict WHERE verdict = 'unproven') + (SELECT count(*) FROM book_stranger) AS unproven`,
    takes: ["grace"],
    unprovenWhen:
      "a line of the books that may be the transaction could not be read, or a customer of books.scope is not on the roster",
    unjudged:
      "SELECT 'books' AS stream, concat_ws('/', book, transaction_id) AS record_id FROM book_posting_verdict WHERE verdict = 'unproven'",
    finds: "A withdrawal of EUR 250 was posted on the 5th; the books go from the 1st to the 31st and do not have it.",
    silent: "A transaction posted after the book's last day, or less than the grace before its end.",
  },
  {
    code: "BOOK_MISSING_THERE",
    severity: "critical",
    family: "books",
    definition:
      "A line of the partner's books has no posted transaction, although the customer's list was read to its end.",
    query: `
      WITH missing AS (
        SELECT * FROM book_line_verdict WHERE verdict = 'BOOK_MISSING_THERE'
      ),
      -- The transaction that a line names may be there and not be its match: say so.
      named AS (
        SELECT l.book, l.line_id, min(t.transaction_id) AS transaction_id, arg_min(t.status, t.transaction_id) AS status,
          arg_min(t.customer_id, t.transaction_id) AS customer_id
        FROM missing AS l JOIN main.transactions AS t ON l.refers_to = 'transactionId' AND t.transaction_id = l.reference
        GROUP BY ALL
      )
      SELECT 'books' AS stream, ${lineId("l")} AS record_id, n.transaction_id AS counterpart_id, l.customer_id, l.currency,
        l.amount AS actual,
        CASE
          WHEN n.status NOT IN ('COMPLETED', 'REVERSED') THEN concat('booked on ', ${days("l")}, ', and the transaction that it names is ', n.status)
          WHEN n.customer_id <> l.customer THEN concat('booked on ', ${days("l")}, ', and the transaction that it names belongs to customer ', n.customer_id)
          WHEN n.transaction_id IS NOT NULL THEN concat('booked on ', ${days("l")}, ', and the transaction that it names is not this book''s, or another line''s')
          WHEN s.is_limited THEN concat('booked on ', ${days("l")}, ', and no posted transaction within books.scope is it')
          ELSE concat('booked on ', ${days("l")}, ', and no posted transaction is it') END AS detail
      FROM missing AS l
      LEFT JOIN named AS n ON n.book = l.book AND n.line_id = l.line_id
      LEFT JOIN book_scope AS s ON s.book = l.book`,
    unproven: "SELECT count(*) AS unproven FROM book_line_verdict WHERE verdict = 'unproven'",
    takes: ["grace"],
    unprovenWhen:
      "the customer's transactions were not read to their end (of a line without a customer: somebody's), or a quarantined one may be the line's",
    unjudged:
      "SELECT 'books' AS stream, concat_ws('/', book, line_id) AS record_id FROM book_line_verdict WHERE verdict = 'unproven'",
    finds: "The books have a deposit of EUR 80 for a customer, all of whose transactions were read, and none is it.",
    silent: "The same line, where the customer's list of transactions broke off.",
  },
  ofMatch({
    code: "BOOK_AMOUNT",
    severity: "high",
    definition: "A line and the transaction that it refers to differ in amount beyond tolerance.",
    takes: ["tolerance"],
    expected: "m.posted",
    actual: "m.booked",
    detail: `concat(${several}, ' ', plain(m.booked), ' ', v.currency, ', ', ${theirs}, ' ', plain(m.posted))`,
    finds: "A line names transaction t-1 and says 100.00, and t-1 moved 99.00.",
    silent: "Two lines of 60.00 and 40.00 that both name a transaction of 100.00.",
  }),
  ofMatch({
    code: "BOOK_CURRENCY",
    severity: "critical",
    definition: "A line and the transaction that it refers to are in different currencies.",
    expected: "NULL",
    actual: "v.amount",
    detail:
      "concat('the line says ', plain(v.amount), ' ', v.currency, ', its transaction ', plain(m.posted), ' ', m.currency)",
    finds: "A line of USD 100 names a transaction of EUR 100.",
    silent: "The line of EUR 100 and the line of USD 110 that name the two legs of one conversion.",
  }),
  ofMatch({
    code: "BOOK_DATE",
    severity: "low",
    definition: "A line and the transaction that it refers to lie further apart in time than the window allows.",
    expected: "m.posted",
    actual: "m.booked",
    detail: `concat('booked on ', ${days("v")}, ', and posted at ', moment(m.posted_from))`,
    finds: "A line of the 20th names a transaction that was posted on the 5th.",
    silent: "A line of the 7th that names it, where the window is 72 hours.",
  }),
  {
    code: "BOOK_DUPLICATE",
    severity: "high",
    family: "books",
    definition:
      "A line is in the books twice: it says what another line says, or names a transaction that another line has.",
    query: `
      SELECT 'books' AS stream, ${lineId("v")} AS record_id, concat_ws('/', v.book, coalesce(v.of_line, v.first_line)) AS counterpart_id,
        v.customer_id, v.currency, v.amount AS actual,
        concat('booked on ', ${days("v")}, ' again after line ', coalesce(v.of_line, v.first_line)) AS detail
      FROM book_line_verdict AS v WHERE v.verdict = 'BOOK_DUPLICATE'`,
    unproven: null,
    finds: "Two lines of EUR 100 of one day, customer and reference, and one transaction.",
    silent: "Two lines of EUR 100 of one day without a reference, and two transactions: these are ambiguous.",
  },
  {
    code: "BOOK_AMBIGUOUS",
    severity: "medium",
    family: "books",
    definition:
      "A line has several counterparts with equal claims, or (high) a sum could not be searched within its bound; nothing is guessed.",
    query: `
      SELECT 'books' AS stream, ${lineId("v")} AS record_id, v.customer_id, v.currency, v.amount AS actual,
        CASE WHEN v.bound_note IS NOT NULL THEN 'high' END AS severity,
        coalesce(v.bound_note, concat('booked on ', ${days("v")}, '; by the rule ', v.rule, CASE
          WHEN v.ties > 1 THEN concat(' it has ', v.ties, ' counterparts with equal claims')
          ELSE ' another line has an equal claim to its counterpart' END)) AS detail
      FROM book_line_verdict AS v WHERE v.verdict = 'BOOK_AMBIGUOUS'
      UNION ALL BY NAME
      SELECT 'books' AS stream, concat_ws('/', v.book, v.transaction_id) AS record_id, v.transaction_id AS counterpart_id, v.customer_id, v.currency,
        v.amount AS expected, 'high' AS severity, concat('a transaction without a line: ', v.bound_note) AS detail
      FROM book_posting_verdict AS v WHERE v.verdict = 'BOOK_AMBIGUOUS' AND v.bound_note IS NOT NULL`,
    unproven: null,
    finds: "A line of EUR 10 without a reference, and two transactions of EUR 10 of the same customer and day.",
    silent: "The same, where one of the two was posted on the line's day and the other on the day after.",
  },
  {
    code: "BOOK_INVALID",
    severity: "high",
    family: "books",
    definition: "A line of the partner's books cannot be read; it is in quarantine with its payload.",
    query: `
      SELECT 'books' AS stream, concat_ws('/', q.book, coalesce(q.line_id, concat('line ', q.source_line, ' of ', i.file))) AS record_id,
        min(coalesce(q.customer_id, c.customer_id)) AS customer_id, min(q.currency) AS currency,
        string_agg(DISTINCT concat(i.file, ', line ', q.source_line, ': ', q.reason), '; ' ORDER BY concat(i.file, ', line ', q.source_line, ': ', q.reason)) AS detail
      FROM raw.book_quarantine AS q
      JOIN recon.book_imports AS i ON i.import_id = q.import_id
      LEFT JOIN main.customers AS c ON c.partner_customer_ref = q.partner_customer_ref
      WHERE q.in_force
      GROUP BY ALL`,
    unproven: null,
    finds: 'A line whose amount is written "1.234,5x".',
    silent: "The same line, once a later import has brought it readable.",
  },
]
