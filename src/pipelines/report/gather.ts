import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { rootMessage } from "../../api/root-message.ts"
import { asking } from "../../store/asking.ts"
import { leavingRoom } from "../../store/leaving-room.ts"
import { runWithinMemory } from "../../store/within-memory.ts"
import type { ReportDefinition } from "./definition.ts"
import { checkDefinition } from "./report-query.ts"
import { ReportRowsError } from "./report-rows.ts"

/** A report of the partner's own that could not be written, and why. */
export interface FailedReport {
  readonly name: string
  readonly file: string
  readonly problem: string
}

/** The query again, over the rows that it has given already. */
const asTable = (connection: DuckDBConnection, definition: ReportDefinition, kind: string) =>
  Effect.gen(function* () {
    // One of the partner's own, before it is run; that the shipped ones give what they declare shows where their rows are read.
    if (definition.own !== undefined) yield* checkDefinition(connection, definition)
    const table = `"${kind} ${definition.name}"`
    const statement = `CREATE OR REPLACE TEMP TABLE ${table} AS\n${definition.sql}`
    yield* asking(
      () => connection.interrupt(),
      () => runWithinMemory(connection, statement),
      (cause) => new ReportRowsError({ report: definition.name, cause }),
    )
    return { ...definition, sql: `FROM ${table}` }
  })

/** What DuckDB lets go of goes back to the system soon: what it keeps for itself is beyond its memory limit. */
const givingBack = [
  "SET allocator_flush_threshold = '16MB'",
  "SET allocator_bulk_deallocation_flush_threshold = '32MB'",
]

/**
 * Asks every query once, before anything is written, and keeps what it gives for all that write it: a large report is sorted when
 * its joins have let go of their memory, and a query of the partner's own that fails on what was read costs no other report. An
 * eighth of the memory limit is left for what DuckDB does not count.
 */
export const gatherReports = (
  connection: DuckDBConnection,
  definitions: ReadonlyArray<ReportDefinition>,
  kind: "report" | "section" = "report",
) =>
  Effect.gen(function* () {
    for (const setting of givingBack) yield* Effect.promise(() => connection.run(setting))
    const gathered: Array<ReportDefinition> = []
    const failed: Array<FailedReport> = []
    for (const definition of definitions) {
      const { name, own } = definition
      const asked = yield* Effect.either(asTable(connection, definition, kind))
      if (asked._tag === "Right") gathered.push(asked.right)
      else if (own === undefined) return yield* asked.left
      else failed.push({ name, file: own, problem: rootMessage(asked.left).split("\n", 1)[0] ?? "" })
    }
    return { definitions: gathered, failed }
  }).pipe(leavingRoom(connection, 1))
