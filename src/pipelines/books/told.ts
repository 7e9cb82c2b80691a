import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { baseOf } from "./bookings.ts"
import type { BankStatement } from "./readers/bank-statement.ts"
import type { KnownStatement, StatementPlan } from "./statements.ts"

/** So many lines of a correction are told one by one. */
const mostLines = 20

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const named = ({ account, from, id }: Pick<KnownStatement, "account" | "from" | "id">): string =>
  `statement ${id} of ${from.slice(0, 10)}${account === null ? "" : ` of account ${account}`}`

/** What the balances of a statement prove, and what of it is left out. */
export const statementSentence = (one: BankStatement): string => {
  const page = one.page === null ? "" : `, page ${one.page}`
  const kind = (within: boolean, name: string) => `${within ? "interim" : name}${within ? " balance" : ""}`
  const proof =
    one.opening === null || one.closing === null
      ? one.message === "camt.054"
        ? "it is a notice of bookings (camt.054), which has no balances; the bank's final word is its statement (camt.053)"
        : `it gives no opening and closing balance, so it is not proven that its entries are all there${one.message === "camt.052" ? "; it is an account report (camt.052), and the bank's final word is its statement (camt.053)" : ""}`
      : `${kind(one.opensWithin, "opening")} ${one.opening} and ${plural(one.entries, "entry", "entries")} make ${kind(one.closesWithin, "closing")} ${one.closing} ${one.currency}`
  return [`statement ${one.id}${page}: ${proof}`, ...one.notes].join("; ")
}

/** Bookings of a statement that another one of all its days does not hold: the bank tells them otherwise, or dropped them. */
const differingSql = `
  WITH given AS (SELECT * FROM recon.book_statements WHERE import_id = getvariable('import') AND replaced_by IS NULL),
  -- A notice holds some bookings of its days, and never all.
  sized AS (
    SELECT g AS given, o AS other, (g.period_to - g.period_from, g.message <> 'camt.054') >= (o.period_to - o.period_from, o.message <> 'camt.054') AS is_wide
    FROM given AS g JOIN recon.book_statements AS o ON o.book = g.book AND o.account IS NOT DISTINCT FROM g.account AND o.currency = g.currency
    WHERE o.replaced_by IS NULL AND o.place IS NOT NULL AND o.statement_id <> g.statement_id
      AND (g.period_from <= o.period_from AND o.period_to <= g.period_to OR o.period_from <= g.period_from AND g.period_to <= o.period_to)
  ),
  pair AS (
    SELECT DISTINCT CASE WHEN is_wide THEN given ELSE other END AS wide, CASE WHEN is_wide THEN other ELSE given END AS narrow
    FROM sized
  )
  SELECT p.narrow.statement_id AS narrow, p.wide.statement_id AS wide, count(*) AS bookings
  FROM pair AS p
  JOIN recon.book_bookings AS b ON b.import_id = p.narrow.import_id AND b.place = p.narrow.place
  LEFT JOIN recon.book_bookings AS w ON w.import_id = p.wide.import_id AND w.place = p.wide.place AND w.identity = b.identity
  LEFT JOIN recon.book_bookings AS e ON e.import_id = p.wide.import_id AND e.place = p.wide.place AND e.entry = b.entry
  WHERE coalesce(w.copies, 0) < b.copies AND e.entry IS NULL AND p.wide.message <> 'camt.054'
  GROUP BY ALL ORDER BY ALL`

/** Entries of which this import or an earlier one said less than another message does. */
const fullerSql = `
  CREATE OR REPLACE TEMP TABLE book_fuller AS
  SELECT DISTINCT o.entry FROM book_outdone AS o
  JOIN recon.book_bookings AS b ON b.entry = o.entry AND b.import_id = o.import_id AND b.place = o.place
  JOIN book_wanted AS w ON w.identity = b.identity WHERE w.copies = 0`

/** Bookings that a statement in force tells and the book lacks: a fuller telling of them stood for them, and is gone. */
const lackingSql = `
  WITH lacking AS (
    SELECT w.identity FROM book_wanted AS w
    LEFT JOIN main.book_lines AS l ON l.book = getvariable('book') AND ${baseOf("l.identity")} = w.identity
    GROUP BY w.identity, w.copies HAVING count(l.line_id) < w.copies
  )
  SELECT DISTINCT s.statement_id AS id, i.file FROM lacking AS k
  JOIN recon.book_bookings AS b ON b.book = getvariable('book') AND b.identity = k.identity
  JOIN recon.book_statements AS s ON s.import_id = b.import_id AND s.place = b.place AND s.replaced_by IS NULL
  JOIN recon.book_imports AS i ON i.import_id = s.import_id ORDER BY ALL`

interface Told {
  readonly what: string
  readonly line_id: string
  readonly amount: string
  readonly currency: string
  readonly day: string
  readonly description: string | null
}

/** The lines that came and went where a statement took the place of another. */
const changesSql = `
  SELECT 'is new' AS what, line_id, rtrim(rtrim(amount::VARCHAR, '0'), '.') AS amount, currency, strftime(booked_from, '%Y-%m-%d') AS day, description, source_line
  FROM book_compared WHERE change = 'new'
  UNION ALL
  SELECT 'is no longer in it', l.line_id, rtrim(rtrim(l.amount::VARCHAR, '0'), '.'), l.currency, strftime(l.booked_from, '%Y-%m-%d'), l.description, l.source_line
  FROM main.superseded_book_lines AS l JOIN book_removed AS r ON r.line_id = l.line_id
  WHERE l.book = getvariable('book') AND l.replaced_by = getvariable('import')
  ORDER BY what DESC, day, amount, line_id`

/** Sentences on what an import of statements did to the book beyond adding lines. */
export const tellStatements = (
  sql: Sql,
  { outdated, replaced }: StatementPlan,
): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  Effect.gen(function* () {
    const changes = yield* sql.rows<Told>(changesSql)
    yield* sql.run(fullerSql)
    const [known] = yield* sql.rows<{ lines: bigint; fuller: bigint }>(
      `SELECT count(*) AS lines, (SELECT count(*) FROM book_fuller) AS fuller FROM book_sorted AS s
       WHERE s.reason IS NULL AND (s.is_repeated OR s.identity IN (SELECT identity FROM book_compared WHERE change <> 'new'))
         AND coalesce(s.entry, '') NOT IN (SELECT entry FROM book_fuller)`,
    )
    const differing = yield* sql.rows<{ narrow: string; wide: string; bookings: bigint }>(differingSql)
    const lacking = yield* sql.rows<{ id: string; file: string }>(lackingSql)
    const isCorrection = replaced.length > 0 && changes.some(({ what }) => what === "is no longer in it")
    const corrections = isCorrection
      ? [
          ...replaced.map(({ by, former }) => `${named(by)} takes the place of the one that ${former.file} brought`),
          ...changes
            .slice(0, mostLines)
            .map(
              ({ amount, currency, day, description, what }) =>
                `  ${amount} ${currency} of ${day}${description === null ? "" : ` "${description}"`} ${what}`,
            ),
          ...(changes.length > mostLines
            ? [`  and ${plural(changes.length - mostLines, "more line", "more lines")}`]
            : []),
        ]
      : []
    const overlapping = Number(known?.lines ?? 0n)
    const fuller = Number(known?.fuller ?? 0n)
    return [
      ...outdated.map(
        ({ given, kept }) =>
          `${named(given)} is older than the one that ${kept.file} brought (${kept.created}), so its lines stay as they are`,
      ),
      ...corrections,
      ...(fuller === 0
        ? []
        : [
            `${plural(fuller, "entry is", "entries are")} told by several messages of the bank, and in the book once, by the one that gives the most of ${fuller === 1 ? "its" : "their"} transactions`,
          ]),
      ...lacking.map(
        ({ file, id }) =>
          `nothing gives the transactions of an entry of statement ${id} any more, and the book lacks it: import ${file} again with --again`,
      ),
      ...differing.map(
        ({ bookings, narrow, wide }) =>
          `${plural(Number(bookings), "booking", "bookings")} of statement ${narrow} ${Number(bookings) === 1 ? "is" : "are"} not in statement ${wide}, which holds the same days, or written otherwise there: look whether the book has them twice`,
      ),
      ...(replaced.length === 0 && outdated.length === 0 && overlapping > 0
        ? [
            `${plural(overlapping, "booking is", "bookings are")} in the book already by a statement of the same days, and there once`,
          ]
        : []),
    ]
  })

/** Where statements of the accounts of an import do not follow one another. */
export const gapsOf = (sql: Sql, book: string, importId: string): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  Effect.map(
    sql.rows<{ detail: string }>(
      `SELECT detail FROM recon.book_statement_gap
       WHERE book = $1 AND account IN (SELECT coalesce(account, 'no account') FROM recon.book_statements WHERE import_id = $2) ORDER BY record_id`,
      [book, importId],
    ),
    (rows) => rows.map(({ detail }) => detail),
  )
