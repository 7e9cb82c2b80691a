import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { BookFileError } from "./readers/reader.ts"

/**
 * Sets apart what cannot be used: an id that the file has twice with different content says two things, and neither is
 * taken; an id that it has twice with the same content is one line.
 */
export const sortLinesSql = `
  CREATE OR REPLACE TEMP TABLE book_sorted AS
  WITH counted AS (
    SELECT *, count(*) OVER (PARTITION BY line_id) AS uses, min(content_hash) OVER (PARTITION BY line_id) AS least,
      max(content_hash) OVER (PARTITION BY line_id) AS most, min(source_line) OVER (PARTITION BY line_id) AS first_line,
      max(source_line) OVER (PARTITION BY line_id) AS last_line,
      row_number() OVER (PARTITION BY line_id ORDER BY source_line) AS place
    FROM book_read WHERE reason IS NULL
  )
  SELECT * EXCLUDE (reason, uses, least, most, first_line, last_line, place),
    CASE WHEN least <> most THEN concat('line id ', line_id, ' is there ', uses, ' times with different content, on lines ', first_line, ' to ', last_line) END AS reason,
    place > 1 AND least = most AS is_repeated
  FROM counted
  UNION ALL BY NAME
  SELECT *, FALSE AS is_repeated FROM book_read WHERE reason IS NOT NULL`

/** Lines that say again, id and all, what an earlier line of the file says. */
export const repeatedSql = `
  SELECT count(*) AS lines, arg_min(concat('id ', line_id, ', line ', source_line), source_line) AS example
  FROM book_sorted WHERE is_repeated`

const columns =
  "book, line_id, customer_id, partner_customer_ref, booked_from, booked_to, currency, amount, reference, refers_to, description, source_line, version, first_import, version_import, content_hash, account, identity"

/** A line that came before the map named accounts, and says the same, is that line of the account, and keeps its id. */
export const adoptAccountsSql = `
  UPDATE main.book_lines AS l SET identity = s.identity, account = s.account FROM book_sorted AS s
  WHERE l.book = getvariable('book') AND l.account IS NULL AND s.account IS NOT NULL AND s.reason IS NULL AND NOT s.is_repeated
    AND l.identity = substr(s.line_id, len(s.account) + 2) AND l.currency = s.currency AND l.amount = s.amount
    AND l.booked_from = s.booked_from AND l.booked_to = s.booked_to`

/** Good lines against what the book has: new, changed or unchanged. */
export const compareSql = `
  CREATE OR REPLACE TEMP TABLE book_compared AS
  SELECT s.* EXCLUDE (line_id), coalesce(l.line_id, s.line_id) AS line_id, l.version AS old_version, l.first_import AS old_import,
    CASE WHEN l.line_id IS NULL THEN 'new' WHEN l.content_hash <> s.content_hash THEN 'changed' ELSE 'unchanged' END AS change
  FROM book_sorted AS s
  LEFT JOIN main.book_lines AS l ON l.book = getvariable('book') AND l.identity = s.identity
  WHERE s.reason IS NULL AND NOT s.is_repeated`

/** Lines of the book that the whole book no longer has. One that is there and cannot be read is not gone. */
export const removedSql = `
  CREATE OR REPLACE TEMP TABLE book_removed AS
  SELECT l.line_id FROM main.book_lines AS l
  ANTI JOIN book_sorted AS s ON s.identity = l.identity
  WHERE l.book = getvariable('book') AND getvariable('whole')`

const supersedeSql = (which: string): string => `
  INSERT INTO main.superseded_book_lines (${columns}, replaced_by)
  SELECT ${columns}, getvariable('import') FROM main.book_lines AS l
  WHERE l.book = getvariable('book') AND l.line_id IN (${which})`

const changedIds = "SELECT line_id FROM book_compared WHERE change = 'changed'"
const removedIds = "SELECT line_id FROM book_removed"

const deleteSql = (which: string): string =>
  `DELETE FROM main.book_lines WHERE book = getvariable('book') AND line_id IN (${which})`

const insertSql = `
  INSERT INTO main.book_lines (${columns})
  SELECT getvariable('book'), line_id, customer_id, partner_customer_ref, booked_from, booked_to, currency, amount,
    reference, refers_to, description, source_line, coalesce(old_version, 0) + 1, coalesce(old_import, getvariable('import')),
    getvariable('import'), content_hash, account, identity
  FROM book_compared WHERE change <> 'unchanged' ORDER BY source_line`

/**
 * Earlier unreadable lines are settled by the whole book, by their id come readable, by a newer file of the same name, and
 * those of a bank statement, whose files are often all called the same, by the statement that takes its place.
 */
const settleQuarantineSql = `
  UPDATE raw.book_quarantine SET in_force = FALSE
  WHERE in_force AND book = getvariable('book') AND (
    getvariable('whole') OR line_id IN (SELECT line_id FROM book_compared) OR line_id IN (SELECT identity FROM book_compared)
    OR (place IS NULL AND import_id IN (SELECT import_id FROM recon.book_imports WHERE book = getvariable('book') AND file = getvariable('file')))
    OR EXISTS (SELECT 1 FROM recon.book_statements AS b WHERE b.import_id = raw.book_quarantine.import_id AND b.place = raw.book_quarantine.place AND b.replaced_by = getvariable('import'))
  )`

const quarantineSql = `
  INSERT INTO raw.book_quarantine BY NAME
  SELECT getvariable('import') AS import_id, getvariable('book') AS book, source_line, line_id, customer_id, partner_customer_ref, currency, reason,
    coalesce(payload, '') AS payload, TRUE AS in_force, amount, booked_from, booked_to, reference, statement::INTEGER AS place
  FROM book_sorted WHERE reason IS NOT NULL ORDER BY source_line`

export const importSql = `
  INSERT INTO recon.book_imports
  SELECT getvariable('import'), getvariable('book'), getvariable('file'), $1, $2, $3, $4, $5::TIMESTAMPTZ, $6, getvariable('whole'),
    (SELECT count(*) FROM book_sorted), (SELECT count(*) FROM book_compared WHERE change = 'new'),
    (SELECT count(*) FROM book_compared WHERE change = 'changed'), (SELECT count(*) FROM book_compared WHERE change = 'unchanged'),
    (SELECT count(*) FROM book_sorted WHERE is_repeated), (SELECT count(*) FROM book_sorted WHERE reason IS NOT NULL),
    (SELECT count(*) FROM book_removed)`

export const steps: ReadonlyArray<string> = [
  supersedeSql(changedIds),
  supersedeSql(removedIds),
  deleteSql(changedIds),
  deleteSql(removedIds),
  insertSql,
  settleQuarantineSql,
  quarantineSql,
]

/**
 * An empty file must not empty a book; of several lines that all cannot be read the map is wrong, not the lines; and where
 * nothing in it is even a line of its format, the format is.
 */
export const refuseUseless = (
  sql: Sql,
  { file, whole }: { readonly file: string; readonly whole: boolean },
): Effect.Effect<void, StoreError | BookFileError> =>
  Effect.gen(function* () {
    const [read] = yield* sql.rows<{
      lines: bigint
      good: bigint
      whole_lines: bigint
      line: bigint | null
      reason: string | null
    }>(
      `SELECT count(*) AS lines, count(*) FILTER (reason IS NULL) AS good, min(source_line) AS line, arg_min(reason, source_line) AS reason,
         (SELECT count(*) FROM book_source WHERE fault IS NULL) AS whole_lines
       FROM book_sorted`,
    )
    if (read === undefined || read.good > 0n) return
    const isOneBadLine = read.lines === 1n && read.whole_lines === 1n
    if (!whole && (read.lines === 0n || isOneBadLine)) return
    const detail =
      read.lines === 0n
        ? "has no line, so it cannot be the whole book; correct the file, or leave out --replace"
        : `no line of it can be read, so nothing was imported (line ${read.line}: ${read.reason}); check that the map and --format are meant for this file`
    return yield* new BookFileError({ file, line: null, detail })
  })

/** Reading leaves these behind; they are as large as the file. */
export const leftovers = [
  "book_source",
  "book_read",
  "book_sorted",
  "book_compared",
  "book_removed",
  "book_touched",
  "book_claims",
  "book_outdone",
  "book_fuller",
  "book_wanted",
]
