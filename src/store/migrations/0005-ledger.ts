import { CompiledQuery, type Migration } from "kysely"
import { createStatements, type TableDescription } from "../describe-table.ts"

const money = "DECIMAL(38,18)"

const ledger = [
  "ledger",
  "VARCHAR NOT NULL",
  "The ledger's name, as --ledger gave it; books where it gave none.",
] as const
const importId = ["import_id", "VARCHAR NOT NULL", "The import; ids sort by the time it was made."] as const

const lineColumns: TableDescription["columns"] = [
  ledger,
  ["line_id", "VARCHAR NOT NULL", "The line's own id, unique within its ledger."],
  ["customer_id", "VARCHAR", "Oceafin's id of the customer, where the line gives it."],
  ["partner_customer_ref", "VARCHAR", "The partner's reference of the customer, where the line gives it."],
  ["booked_from", "TIMESTAMPTZ NOT NULL", "When it was booked; for a date without a time the beginning of that day."],
  [
    "booked_to",
    "TIMESTAMPTZ NOT NULL",
    "The same instant; for a date without a time the last microsecond of that day.",
  ],
  ["currency", "VARCHAR NOT NULL", "The currency of the amount."],
  ["amount", `${money} NOT NULL`, "What the line says it did to the customer's balance: a credit is positive."],
  ["reference", "VARCHAR", "What the line refers to."],
  ["refers_to", "VARCHAR NOT NULL", "What the reference is: transactionId, resourceId or reference (a text)."],
  ["description", "VARCHAR", "The line's own words."],
  ["source_line", "BIGINT NOT NULL", "Where the line stands in its file: the line, or the record of a list."],
  ["version", "INTEGER NOT NULL", "1 for the line as first imported, and one more for each change since."],
  ["first_import", "VARCHAR NOT NULL", "The import that first brought the line."],
  ["version_import", "VARCHAR NOT NULL", "The import that brought this version of it."],
  [
    "content_hash",
    "VARCHAR NOT NULL",
    "MD5 over what the line says, to notice change; the evidence is the SHA-256 of the file.",
  ],
]

const tables: ReadonlyArray<TableDescription> = [
  {
    name: "main.ledger_lines",
    comment: "The partner's own books, line by line, as last imported.",
    columns: lineColumns,
  },
  {
    name: "main.superseded_ledger_lines",
    comment: "Versions of the books' lines that a later import changed or took out.",
    columns: [...lineColumns, ["replaced_by", "VARCHAR NOT NULL", "The import that changed the line or took it out."]],
  },
  {
    name: "raw.ledger_quarantine",
    comment:
      "Lines of the books that could not be read, with the reason. Each one in force is an exception LEDG_INVALID.",
    columns: [
      importId,
      ledger,
      ["source_line", "BIGINT NOT NULL", "Where the line stands in its file: the line, or the record of a list."],
      ["line_id", "VARCHAR", "The line's id, where that could be read."],
      ["customer_id", "VARCHAR", "The customer, where that could be read."],
      ["partner_customer_ref", "VARCHAR", "The customer's reference, where that could be read."],
      ["currency", "VARCHAR", "The currency, where that could be read."],
      ["reason", "VARCHAR NOT NULL", "What is wrong with it."],
      ["payload", "VARCHAR NOT NULL", "The line as it stands in the file."],
      ["in_force", "BOOLEAN NOT NULL", "False once a later import has replaced its file or brought its line readable."],
    ],
  },
  {
    name: "recon.ledger_imports",
    comment: "Every import of the partner's books.",
    columns: [
      importId,
      ledger,
      ["file", "VARCHAR NOT NULL", "The file's name, without its folder."],
      ["format", "VARCHAR NOT NULL", "csv, json, parquet or camt053."],
      ["bytes", "BIGINT NOT NULL", "Length of the file."],
      ["sha256", "VARCHAR NOT NULL", "SHA-256 of the file, in hex."],
      ["map_sha256", "VARCHAR NOT NULL", "SHA-256 of the map that it was read by, in hex."],
      ["imported_at", "TIMESTAMPTZ NOT NULL", "When it was imported."],
      ["imported_by", "VARCHAR NOT NULL", "Who imported it."],
      ["whole", "BOOLEAN NOT NULL", "Whether --replace said that the file is the whole ledger."],
      ["lines_read", "BIGINT NOT NULL", "Lines in the file."],
      ["lines_new", "BIGINT NOT NULL", "Lines never seen before."],
      ["lines_changed", "BIGINT NOT NULL", "Lines whose content differs from what an earlier import brought."],
      ["lines_unchanged", "BIGINT NOT NULL", "Lines that say what they said before."],
      ["lines_repeated", "BIGINT NOT NULL", "Lines that the file has more than once, word for word."],
      ["lines_quarantined", "BIGINT NOT NULL", "Lines that could not be read."],
      ["lines_removed", "BIGINT NOT NULL", "Lines of earlier imports that the whole ledger no longer has."],
    ],
  },
  {
    name: "recon.ledger_statements",
    comment: "The bank statements of CAMT.053 files, with the balances that their entries were checked against.",
    columns: [
      importId,
      ["statement_id", "VARCHAR NOT NULL", "The statement's id."],
      ["account", "VARCHAR", "The account: IBAN or other id."],
      ["currency", "VARCHAR", "The account's currency."],
      ["opening", money, "Opening balance; NULL where the statement gives none."],
      ["booked", `${money} NOT NULL`, "Sum of the booked entries, credits less debits."],
      ["closing", money, "Closing balance; NULL where the statement gives none."],
      ["entries", "BIGINT NOT NULL", "Booked entries."],
      ["not_booked", "BIGINT NOT NULL", "Entries that are pending or for information, and were not imported."],
      ["proven", "BOOLEAN NOT NULL", "Whether opening and booked make closing. False only where a balance is missing."],
    ],
  },
  {
    name: "recon.ledger_judged",
    comment:
      "Of the last reconciled run: every line of the books, and every posted transaction of the ledger's period or matched with a line, in exactly one category.",
    columns: [
      ["run_id", "VARCHAR NOT NULL", "The run; ids sort by the time the run began."],
      ledger,
      ["side", "VARCHAR NOT NULL", "line: a line of the books. transaction: a posted transaction of the API."],
      ["record_id", "VARCHAR NOT NULL", "The line's id, or the transaction's."],
      ["match_id", "VARCHAR", "What is matched with one another carries one id; NULL where nothing is matched."],
      ["rule", "VARCHAR", "The rule that matched it, left it ambiguous, or gave up at its bound."],
      ["lines", "BIGINT", "Lines in the match."],
      ["transactions", "BIGINT", "Transactions in the match."],
      ["candidates", "BIGINT", "Counterparts that the rule considered."],
      ["ties", "BIGINT", "Counterparts, or combinations of them, that would have done as well."],
      ["customer_id", "VARCHAR", "The customer; for a line without one, the customer of its match."],
      ["currency", "VARCHAR NOT NULL", "The currency of the amount."],
      ["amount", `${money} NOT NULL`, "What it did to the balance: a credit is positive."],
      ["matched_amount", money, "Sum of the other side of the match, where it is in the same currency."],
      ["difference", money, "Lines less transactions of the match, where they are in one currency."],
      ["tolerance", money, "The difference that is accepted."],
      ["booked_from", "TIMESTAMPTZ NOT NULL", "When it was booked or posted; for a date, the beginning of that day."],
      ["booked_to", "TIMESTAMPTZ NOT NULL", "The same instant; for a date, the end of that day."],
      ["category", "VARCHAR NOT NULL", "matched, within tolerance, exception, in flight or unproven."],
      ["code", "VARCHAR", "The check, where the category is exception."],
      ["note", "VARCHAR", "What was found, in a sentence."],
    ],
  },
]

export const ledgerTables: Migration = {
  up: async (db) => {
    for (const statement of tables.flatMap(createStatements)) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
