import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, type TableDescription } from "../describe-table.ts"

const statementColumns: ReadonlyArray<readonly [name: string, type: string, comment: string]> = [
  ["book", "VARCHAR", "The book."],
  ["place", "INTEGER", "Which statement of its file, from 0; NULL for one of an earlier version."],
  ["message", "VARCHAR", "camt.053, camt.052 or camt.054; NULL for one of an earlier version."],
  ["created", "TIMESTAMP", "When the bank made it, as it writes it."],
  ["page", "INTEGER", "Which page of the statement; NULL for a whole one."],
  ["is_last_page", "BOOLEAN", "Whether no page follows."],
  ["sequence", "BIGINT", "The bank's electronic sequence number."],
  ["period_from", "TIMESTAMP", "Where its period begins, as the bank writes it; NULL for one of an earlier version."],
  ["period_to", "TIMESTAMP", "Where its period ends."],
  ["has_stated_period", "BOOLEAN", "Whether the bank states the period; else it is that of entries and balances."],
  ["opens_within", "BOOLEAN", "Whether its opening balance is an interim one, which joins a page before it."],
  ["closes_within", "BOOLEAN", "Whether its closing balance is an interim one, which joins a page after it."],
  ["replaced_by", "VARCHAR", "The import whose statement took its place; NULL while it is in force."],
]

const bookings: TableDescription = {
  name: "recon.book_bookings",
  comment: "What each bank statement holds: its bookings, and how often each is in it.",
  columns: [
    ["import_id", "VARCHAR NOT NULL", "The import of the statement."],
    ["place", "INTEGER NOT NULL", "Which statement of the file, from 0."],
    ["book", "VARCHAR NOT NULL", "The book."],
    ["identity", "VARCHAR NOT NULL", "The booking: account, currency, day, and a hash of what the bank says of it."],
    ["copies", "BIGINT NOT NULL", "How often the statement has it."],
  ],
}

/**
 * A line has an identity apart from its id: of a table its id, of a statement account, day and content. Lines of statements
 * that are in the store keep their ids, and with them whatever rests on these; each is given its identity by the next
 * statement that holds it, because what the bank said of it was not kept.
 */
export const statements: Migration = {
  up: async (db) => {
    const all = [
      ...["main.book_lines", "main.superseded_book_lines"].flatMap((table) => [
        ...addColumn(table, "account", "VARCHAR", "The account, of a line of a bank statement."),
        ...addColumn(
          table,
          "identity",
          "VARCHAR",
          "What the line is known again by: its id, or for a bank statement account, currency, day and content; NULL until a later statement holds it.",
        ),
      ]),
      ...["main.book_lines", "main.superseded_book_lines"].map(
        (table) =>
          `UPDATE ${table} AS l SET identity = l.line_id FROM recon.book_imports AS i WHERE i.import_id = l.version_import AND i.format <> 'camt053'`,
      ),
      ...statementColumns.flatMap((column) => addColumn("recon.book_statements", ...column)),
      "UPDATE recon.book_statements AS s SET book = i.book FROM recon.book_imports AS i WHERE i.import_id = s.import_id",
      ...addColumn(
        "raw.book_quarantine",
        "place",
        "INTEGER",
        "Of a bank statement, which one of its file, from 0; NULL for a line of another format or an earlier version.",
      ),
      ...createStatements(bookings),
    ]
    for (const statement of all) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
