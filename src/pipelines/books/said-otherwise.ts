import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { BookFileError } from "./readers/reader.ts"

/** Lines of the book, from other files, that have an id of this file's; and those of them that have another amount or day here. */
const saidOtherwiseSql = `
  WITH shared AS (
    SELECT c.source_line, c.line_id, l.file AS former_file,
      concat(rtrim(rtrim(l.amount::VARCHAR, '0'), '.'), ' ', l.currency, ' of ', strftime(l.booked_from, '%Y-%m-%d')) AS was,
      concat(rtrim(rtrim(c.amount::VARCHAR, '0'), '.'), ' ', c.currency, ' of ', strftime(c.booked_from, '%Y-%m-%d')) AS now,
      (l.amount, l.currency, l.booked_from, l.booked_to) <> (c.amount, c.currency, c.booked_from, c.booked_to) AS is_other
    FROM book_compared AS c
    JOIN (
      SELECT b.*, i.file, i.sha256 FROM main.book_lines AS b JOIN recon.book_imports AS i ON i.import_id = b.version_import
      WHERE b.book = getvariable('book')
    ) AS l ON l.line_id = c.line_id
    WHERE c.change <> 'new' AND l.sha256 <> $1
      AND NOT EXISTS (SELECT 1 FROM recon.book_imports WHERE book = getvariable('book') AND sha256 = $1)
  )
  SELECT count(*) AS shared, count(*) FILTER (is_other) AS others,
    arg_min(concat('id ', line_id, ', line ', source_line, ': ', was, ' by ', former_file, ', and ', now, ' here'), source_line) FILTER (is_other) AS example
  FROM shared`

/** Lines that are new by what they are known by, and have an id that another line of the book has. */
const takenSql = `
  SELECT c.line_id, c.source_line, l.account FROM book_compared AS c
  JOIN main.book_lines AS l ON l.book = getvariable('book') AND l.line_id = c.line_id
  WHERE c.change = 'new' ORDER BY c.source_line LIMIT 1`

/** Of ids that say otherwise, at least so many, and at least so many in a hundred of those that are shared, are other lines' ids. */
const leastOthers = 2
const leastPercent = 80

/**
 * A file whose lines have the ids of other lines of the book is of another account or year, whose ids begin anew; it must not
 * take their place. A few that say otherwise are corrections, and are told.
 */
export const tellSaidOtherwise = (
  sql: Sql,
  {
    again,
    file,
    sha256,
    whole,
  }: { readonly again?: boolean; readonly file: string; readonly sha256: string; readonly whole: boolean },
): Effect.Effect<ReadonlyArray<string>, StoreError | BookFileError> =>
  Effect.gen(function* () {
    const [taken] = yield* sql.rows<{ line_id: string; source_line: bigint; account: string | null }>(takenSql)
    if (taken !== undefined) {
      return yield* new BookFileError({
        file,
        line: Number(taken.source_line),
        detail: `the id ${taken.line_id} is that of a line of account ${taken.account}, which a map of the book has named since; name the account in this map, too`,
      })
    }
    const [row] = yield* sql.rows<{ shared: bigint; others: bigint; example: string | null }>(saidOtherwiseSql, [
      sha256,
    ])
    const [shared, others] = [Number(row?.shared ?? 0n), Number(row?.others ?? 0n)]
    if (others === 0 || whole) return []
    if (again !== true && others >= leastOthers && others * 100 >= shared * leastPercent) {
      return yield* new BookFileError({
        file,
        line: null,
        detail: `${others} of the ${shared} lines whose ids the book has from other files say something else there (${row?.example}), so the ids seem to begin anew, as of another account; name the account in the map ("account": {"column"} or {"constant"}), or give the file a book of its own (--book); where it corrects those lines, import it with --again`,
      })
    }
    return [
      `${others} ${others === 1 ? "line" : "lines"} of other files ${others === 1 ? "has" : "have"} another amount or day now (${row?.example})`,
    ]
  })
