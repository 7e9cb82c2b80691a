import { CompiledQuery, type Migration } from "kysely"
import { addColumn, quoteText } from "../describe-table.ts"
import { exceptionId } from "../exception-id.ts"

/** What was named after a ledger is named after the partner's books; "ledger" is left to the API's own. */
const tables = [
  ["main", "ledger_lines", "book_lines"],
  ["main", "superseded_ledger_lines", "superseded_book_lines"],
  ["raw", "ledger_quarantine", "book_quarantine"],
  ["recon", "ledger_imports", "book_imports"],
  ["recon", "ledger_statements", "book_statements"],
  ["recon", "ledger_judged", "book_judged"],
] as const

const withBook = tables.filter(([, , name]) => name !== "book_statements")

const comments: ReadonlyArray<readonly [what: string, comment: string]> = [
  ...withBook.map(
    ([schema, , name]) =>
      [`COLUMN ${schema}.${name}.book`, "The book's name, as --book gave it; books where it gave none."] as const,
  ),
  ["COLUMN main.book_lines.line_id", "The line's own id, unique within its book."],
  ["COLUMN main.superseded_book_lines.line_id", "The line's own id, unique within its book."],
  [
    "TABLE raw.book_quarantine",
    "Lines of the books that could not be read, with the reason. Each one in force is an exception BOOK_INVALID.",
  ],
  ["COLUMN recon.book_imports.whole", "Whether --replace said that the file is the whole book."],
  ["COLUMN recon.book_imports.lines_removed", "Lines of earlier imports that the whole book no longer has."],
  [
    "TABLE recon.book_judged",
    "Of the last reconciled run: every line of the books, and every posted transaction of the book's period or matched with a line, in exactly one category.",
  ],
  [
    "COLUMN recon.exceptions.exception_id",
    "x and the first 16 hex digits of SHA-256 over code, stream, record and leg: the same break keeps its id.",
  ],
]

const renamedCode = (column: string): string => `regexp_replace(${column}, '\\bLEDG_', 'BOOK_')`

/** Codes, streams and settings as they are called now. */
const values: ReadonlyArray<string> = [
  `UPDATE recon.exceptions SET code = ${renamedCode("code")} WHERE starts_with(code, 'LEDG_')`,
  "UPDATE recon.exceptions SET stream = 'books' WHERE stream = 'ledger'",
  `UPDATE recon.check_results SET code = ${renamedCode("code")} WHERE starts_with(code, 'LEDG_')`,
  `UPDATE recon.book_judged SET code = ${renamedCode("code")} WHERE starts_with(code, 'LEDG_')`,
  `UPDATE recon.settings SET setting = ${renamedCode("setting")} WHERE starts_with(setting, 'checks.LEDG_')`,
  "UPDATE recon.settings SET setting = 'books' || substr(setting, 7) WHERE starts_with(setting, 'ledger.')",
  "UPDATE recon.book_judged SET match_id = 'm' || match_id WHERE match_id IS NOT NULL",
]

/** Every break keeps its history under its new id: with another one it would open anew, whatever a person said of it. */
const ids: ReadonlyArray<string> = [
  "UPDATE recon.exceptions SET former_id = exception_id",
  `UPDATE recon.exceptions SET exception_id = ${exceptionId("code")}`,
  `UPDATE recon.exception_events AS e SET exception_id = x.exception_id
   FROM recon.exceptions AS x WHERE x.former_id = e.exception_id`,
]

export const books: Migration = {
  up: async (db) => {
    const statements = [
      ...tables.map(([schema, former, name]) => `ALTER TABLE ${schema}.${former} RENAME TO ${name}`),
      ...withBook.map(([schema, , name]) => `ALTER TABLE ${schema}.${name} RENAME COLUMN ledger TO book`),
      ...addColumn(
        "recon.exceptions",
        "former_id",
        "VARCHAR",
        "The id that reports named it by before ids began with a letter; NULL where it never had another.",
      ),
      ...comments.map(([what, comment]) => `COMMENT ON ${what} IS ${quoteText(comment)}`),
      ...values,
      ...ids,
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
