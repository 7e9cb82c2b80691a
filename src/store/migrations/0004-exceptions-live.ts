import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, quoteText, type TableDescription } from "../describe-table.ts"

const signatures: TableDescription = {
  name: "recon.signatures",
  comment: "Who signed which run's reports; rows are only ever added, and each holds the hash of the one before.",
  columns: [
    ["signature_no", "BIGINT NOT NULL", "1 for the first signature of this database, and one more for each."],
    ["run_id", "VARCHAR NOT NULL", "The run whose reports were signed."],
    ["role", "VARCHAR NOT NULL", "preparer or reviewer; the reviewer is another person and signs second."],
    ["signer", "VARCHAR NOT NULL", "Who signed."],
    ["signed_at", "TIMESTAMPTZ NOT NULL", "When."],
    ["note", "VARCHAR", "What the signer had to say."],
    ["manifest_sha256", "VARCHAR NOT NULL", "SHA-256 of the run's manifest.json as it was signed, in hex."],
    ["previous_sha256", "VARCHAR", "The hash of the signature before; NULL for the first."],
    ["sha256", "VARCHAR NOT NULL", "SHA-256 over all the columns before, as one JSON array in their order."],
  ],
}

const eventColumns = [
  ["event_no", "BIGINT", "The order in which events were put on record, from 1."],
  ["from_state", "VARCHAR", "The exception's state before; NULL where the event opened it."],
  ["to_state", "VARCHAR", "The exception's state after; the same where the event changed something else."],
  ["assignee", "VARCHAR", "To whom the exception was assigned, where the event is assigned."],
] as const

const eventComments: ReadonlyArray<readonly [column: string, comment: string]> = [
  ["run_id", "The run that found, lost or found it again; NULL where a person acted."],
  ["event", "opened, resolved, reopened or changed by a run; acknowledged, assigned, noted, written_off or reopened."],
  ["note", "Why, where a person said so; for a run's events, what changed."],
]

/** What the states were before the log said so: nobody but a run had acted. */
const knownStates = `
  UPDATE recon.exception_events AS e SET
    event_no = numbered.event_no,
    from_state = CASE event WHEN 'reopened' THEN 'resolved' END,
    to_state = CASE event WHEN 'opened' THEN 'open' ELSE event END
  FROM (SELECT rowid AS row_no, row_number() OVER (ORDER BY occurred_at, exception_id, rowid) AS event_no FROM recon.exception_events) AS numbered
  WHERE e.rowid = numbered.row_no`

export const exceptionsLive: Migration = {
  up: async (db) => {
    const statements = [
      ...createStatements(signatures),
      ...eventColumns.flatMap(([name, type, comment]) => addColumn("recon.exception_events", name, type, comment)),
      "ALTER TABLE recon.exception_events ALTER COLUMN run_id DROP NOT NULL",
      ...eventComments.map(
        ([column, comment]) => `COMMENT ON COLUMN recon.exception_events.${column} IS ${quoteText(comment)}`,
      ),
      knownStates,
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
