import { CompiledQuery, type Kysely, type Migration } from "kysely"
import { addColumn, createStatements, quoteText, type TableDescription } from "../describe-table.ts"

const money = "DECIMAL(38,18)"

/** A fixed table, so that reports can ask it before anything was judged; each judgement fills it anew. */
const finding: TableDescription = {
  name: "recon.finding",
  comment: "Of the last reconciled run: every case that a check found, could not judge, or leaves its grace.",
  columns: [
    ["run_id", "VARCHAR NOT NULL", "The run that was judged."],
    ["exception_id", "VARCHAR NOT NULL", "The id of the exception that the case is, or would be."],
    ["code", "VARCHAR NOT NULL", "The check."],
    ["family", "VARCHAR NOT NULL", "What the check is about."],
    [
      "outcome",
      "VARCHAR NOT NULL",
      "exception; unproven; in flight: still in its grace; switched off: the check is not in force.",
    ],
    ["stream", "VARCHAR", "The list of the record."],
    ["record_id", "VARCHAR", "The record."],
    ["leg", "VARCHAR", "The leg of a conversion, or the network, where one is meant."],
    ["counterpart_id", "VARCHAR", "The record that it was compared with."],
    ["customer_id", "VARCHAR", "The customer."],
    ["currency", "VARCHAR", "The currency of the amounts."],
    ["expected", money, "What should be."],
    ["actual", money, "What is."],
    ["tolerance", money, "The difference that would have been accepted."],
    ["at_stake", money, "The money that the case is about, without sign."],
    ["severity", "VARCHAR NOT NULL", "How grave it is."],
    ["detail", "VARCHAR", "What was found, in a sentence."],
    ["obstacle", "VARCHAR", "What stands in the way, of a case that could not be judged."],
    ["state_of_affairs", "VARCHAR", "What a write-off of the exception accepts; another state opens it again."],
  ],
}

const checkSettings: TableDescription = {
  name: "recon.check_settings",
  comment: "What each check goes by in the last reconciled run.",
  columns: [
    ["code", "VARCHAR NOT NULL", "The check."],
    ["family", "VARCHAR NOT NULL", "What it is about."],
    ["severity", "VARCHAR NOT NULL", "The severity in force."],
    [
      "rests_on",
      "VARCHAR NOT NULL",
      "What must be proven before an exception that was not found is resolved: list, stream, customer or run.",
    ],
    ["definition", "VARCHAR NOT NULL", "What it is that is wrong, in a sentence."],
    ["what_to_do", "VARCHAR NOT NULL", "What finance should do about it."],
    ["is_enabled", "BOOLEAN NOT NULL", "Whether the check is switched on."],
    [
      "has_one_severity",
      "BOOLEAN NOT NULL",
      "Whether the configuration sets the severity, for graver cases of the check too.",
    ],
  ],
}

/** There before anything was judged, and empty; each judgement makes it anew, with the columns of recon.judged. */
const makeMatches = async (db: Kysely<unknown>): Promise<void> => {
  const run = (text: string) => db.executeQuery<{ column_name: string; comment: string }>(CompiledQuery.raw(text))
  await run("CREATE OR REPLACE VIEW recon.matches AS SELECT * FROM recon.judged")
  await run(
    "COMMENT ON VIEW recon.matches IS 'Of the last reconciled run: every expected movement and every transaction, in exactly one category.'",
  )
  const { rows } = await run(
    "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'recon' AND table_name = 'judged'",
  )
  for (const { column_name, comment } of rows) {
    await run(`COMMENT ON COLUMN recon.matches.${column_name} IS ${quoteText(comment)}`)
  }
}

export const verdicts: Migration = {
  up: async (db) => {
    const statements = [
      ...[finding, checkSettings].flatMap(createStatements),
      ...addColumn(
        "recon.runs",
        "was_reported",
        "BOOLEAN DEFAULT FALSE",
        "Whether its reports were ever written: such a run is over, however often it is judged again.",
      ),
      "UPDATE recon.runs SET was_reported = state = 'reported'",
      ...addColumn(
        "recon.exception_events",
        "os_user",
        "VARCHAR",
        "The login name under which the program ran; NULL for events of the program itself and of earlier versions.",
      ),
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
    await makeMatches(db)
  },
}
