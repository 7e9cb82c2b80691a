import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { packageText } from "../../sql-file.ts"
import { parseDefinition, type ReportDefinitionError } from "../definition.ts"
import { type ReportRows, type ReportRowsError, reportRows } from "../report-rows.ts"

/** What the page asks besides the reports: a file of this name in sections/, and how many of its rows a page holds. */
export const sections = {
  unread: 200,
  unproven_by_obstacle: 100,
  at_stake: 100,
  by_age: 20,
  by_code: 200,
  by_person: 100,
  changes: 300,
  money: 100,
  nights: 90,
  exchange: 100,
  fees: 200,
  own_books: 200,
  side_by_side: 200,
} as const

export type SectionName = keyof typeof sections
export type Sections = Readonly<Record<SectionName, ReportRows>>

/** Exceptions that count tonight: those of the summary, so that every figure of the page adds up to its first lines. */
const countedExceptions = `
  CREATE OR REPLACE TEMP VIEW counted_exception AS
  SELECT *, date_diff('day', first_seen::DATE, getvariable('started_at')::DATE) AS age_days
  FROM recon.exceptions
  WHERE state IN ('open', 'acknowledged', 'reopened')
    AND (customer_id IS NULL OR last_seen_run = getvariable('run')
      OR customer_id IN (SELECT customer_id FROM recon.coverage WHERE run_id = getvariable('run')))`

/** The exceptions that stand with both records side by side, and those records' ids. */
const shownExceptions = [
  `CREATE OR REPLACE TEMP VIEW shown_exception AS
   SELECT *, list_position(['critical', 'high', 'medium', 'low', 'info'], severity) AS severity_order
   FROM counted_exception ORDER BY severity_order, code, record_id, leg LIMIT ${sections.side_by_side}`,
  `SET VARIABLE shown_records = (
     SELECT coalesce(list(DISTINCT id), []::VARCHAR[]) FROM (SELECT unnest([record_id, counterpart_id]) AS id FROM shown_exception) WHERE id IS NOT NULL)`,
]

/** Reads one section on a connection whose reports' session has begun. */
export const readSection = (
  connection: DuckDBConnection,
  name: SectionName,
): Effect.Effect<ReportRows, ReportDefinitionError | ReportRowsError> =>
  Effect.gen(function* () {
    const definition = yield* parseDefinition(name, packageText(`report/page/sections/${name}.sql`))
    yield* Effect.forEach([countedExceptions, ...shownExceptions], (statement) =>
      Effect.promise(() => connection.run(statement)),
    )
    return yield* reportRows(connection, definition, sections[name])
  })

/** Reads every section. */
export const readSections = (
  connection: DuckDBConnection,
): Effect.Effect<Sections, ReportDefinitionError | ReportRowsError> =>
  Effect.all(
    Object.fromEntries(
      (Object.keys(sections) as ReadonlyArray<SectionName>).map((name) => [name, readSection(connection, name)]),
    ) as Readonly<Record<SectionName, Effect.Effect<ReportRows, ReportDefinitionError | ReportRowsError>>>,
  )
