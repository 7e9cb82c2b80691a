import { Effect } from "effect"
import type { Sql } from "./database.ts"
import { quoteText } from "./describe-table.ts"
import type { StoreError } from "./store-error.ts"
import { quoteName } from "./typed-table.ts"

/**
 * What is sealed of a table: the rows of one run, the events that no seal covers yet, or the whole table. A migration that
 * rewrites sealed rows must seal them anew, because of what several seals cover the newest counts.
 */
export type Sealed =
  | { readonly subject: string; readonly of: "run"; readonly runId: string; readonly columns?: ReadonlyArray<string> }
  | { readonly subject: string; readonly of: "events" | "all" }

/** One hash over rows: independent of their order, and of columns that a later version adds. Over `sealed_row`. */
export const contentHash = "sha256(coalesce(string_agg(line, chr(10) ORDER BY line), ''))"

export const lineOf = (columns: ReadonlyArray<string>): string =>
  `sha256(CAST(to_json([${columns.map((column) => `CAST(${quoteName(column)} AS VARCHAR)`).join(", ")}]) AS VARCHAR))`

/** The seal's own hash, over its columns; every value as text. */
export const sealHash = `sha256(CAST(to_json([CAST(seal_no AS VARCHAR), subject, run_id, CAST(first_no AS VARCHAR), CAST(last_no AS VARCHAR),
  CAST(columns AS VARCHAR), CAST(rows AS VARCHAR), content_sha256, previous_sha256]) AS VARCHAR))`

const columnsOf = (sql: Sql, subject: string): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  Effect.map(
    sql.rows<{ column_name: string }>(
      "SELECT column_name FROM duckdb_columns() WHERE concat(schema_name, '.', table_name) = $1 AND NOT internal ORDER BY column_index",
      [subject],
    ),
    (rows) => rows.map((row) => row.column_name),
  )

const rowsOf = {
  run: "WHERE run_id = $1",
  events:
    "WHERE event_no > (SELECT coalesce(max(last_no), 0) FROM recon.seals WHERE subject = 'recon.exception_events') AND $1 IS NULL",
  all: "WHERE $1 IS NULL",
} as const

/** Seals what is there now, each table by a statement of its own, inside the caller's transaction. */
export const seal = (sql: Sql, tables: ReadonlyArray<Sealed>): Effect.Effect<void, StoreError> =>
  Effect.forEach(
    tables,
    (table) =>
      Effect.gen(function* () {
        const given = table.of === "run" ? table.columns : undefined
        const columns = given ?? (yield* columnsOf(sql, table.subject))
        const numbers = table.of === "events" ? ["min(event_no)", "max(event_no)"] : ["NULL", "NULL"]
        yield* sql.run(
          `INSERT INTO recon.seals BY NAME
           WITH sealed_row AS (
             SELECT ${lineOf(columns)} AS line${table.of === "events" ? ", event_no" : ""} FROM ${table.subject} ${rowsOf[table.of]}
           ),
           content AS (
             SELECT ${numbers[0]}::BIGINT AS first_no, ${numbers[1]}::BIGINT AS last_no, count(*) AS rows, ${contentHash} AS content_sha256
             FROM sealed_row
           ),
           before AS (SELECT coalesce(max(seal_no), 0) AS seal_no, arg_max(sha256, seal_no) AS sha256 FROM recon.seals),
           drafted AS (
             SELECT before.seal_no + 1 AS seal_no, ${quoteText(table.subject)} AS subject, $1::VARCHAR AS run_id, first_no, last_no,
               [${columns.map(quoteText).join(", ")}] AS columns, rows, content_sha256, before.sha256 AS previous_sha256
             FROM content CROSS JOIN before ${table.of === "events" ? "WHERE rows > 0" : ""}
           )
           SELECT *, ${sealHash} AS sha256 FROM drafted`,
          [table.of === "run" ? table.runId : null],
        )
      }),
    { discard: true },
  )
