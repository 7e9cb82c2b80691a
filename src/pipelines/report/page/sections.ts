import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { packageText } from "../../sql-file.ts"
import { parseDefinition, type ReportDefinitionError } from "../definition.ts"
import { gatherReports } from "../gather.ts"
import { type ReportRows, type ReportRowsError, reportRows } from "../report-rows.ts"

/** What the page asks besides the reports: a file of this name in sections/, and how many of its rows a page holds. */
export const sections = {
  unread: 200,
  unproven_by_obstacle: 100,
  at_stake: 100,
  by_age: 20,
  by_code: 200,
  by_person: 100,
  do_first: 100,
  changes: 300,
  money: 100,
  nights: 90,
  exchange: 100,
  fees: 200,
  own_books: 200,
  side_by_side: 200,
} as const

export type SectionName = keyof typeof sections
export const sectionNames = Object.keys(sections) as ReadonlyArray<SectionName>
export type Sections = Readonly<Record<SectionName, ReportRows>>

/** Exceptions that count tonight: those of the summary, so that every figure of the page adds up to its first lines. */
const countedExceptions = `
  CREATE OR REPLACE TEMP VIEW counted_exception AS
  SELECT *, date_diff('day', first_seen::DATE, getvariable('started_at')::DATE) AS age_days
  FROM recon.exceptions
  WHERE recon.is_live(state) AND recon.counts_in(getvariable('run'), customer_id, last_seen_run)`

/** The exceptions that stand with both records side by side, and those records' ids. */
const shownExceptions = [
  `CREATE OR REPLACE TEMP VIEW shown_exception AS
   SELECT *, recon.severity_order(severity) AS severity_order
   FROM counted_exception ORDER BY severity_order, code, record_id, leg LIMIT ${sections.side_by_side}`,
  `SET VARIABLE shown_records = (
     SELECT coalesce(list(DISTINCT id), []::VARCHAR[]) FROM (SELECT unnest([record_id, counterpart_id]) AS id FROM shown_exception) WHERE id IS NOT NULL)`,
]

/** Reads sections on a connection whose reports' session has begun. Each is asked once, though its rows are both read and counted. */
export const readSections = <Name extends SectionName>(
  connection: DuckDBConnection,
  names: ReadonlyArray<Name>,
): Effect.Effect<Pick<Sections, Name>, ReportDefinitionError | ReportRowsError> =>
  Effect.gen(function* () {
    for (const statement of [countedExceptions, ...shownExceptions]) {
      yield* Effect.promise(() => connection.run(statement))
    }
    const parsed = yield* Effect.forEach(names, (name) =>
      parseDefinition(name, packageText(`report/page/sections/${name}.sql`)),
    )
    const { definitions } = yield* gatherReports(connection, parsed, "section")
    const read = yield* Effect.forEach(definitions, (definition) =>
      Effect.map(
        reportRows(connection, definition, sections[definition.name as Name]),
        (rows) => [definition.name, rows] as const,
      ),
    )
    return Object.fromEntries(read) as unknown as Pick<Sections, Name>
  })
