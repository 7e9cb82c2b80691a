import { Effect } from "effect"
import type { Sql } from "./database.ts"
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

/** Every table's columns, in their order: one look for all of them. */
const columnsByTable = (sql: Sql): Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>, StoreError> =>
  Effect.map(
    sql.rows<{ subject: string; names: ReadonlyArray<string> }>(
      `SELECT concat(schema_name, '.', table_name) AS subject, list(column_name ORDER BY column_index) AS names
       FROM duckdb_columns() WHERE NOT internal GROUP BY ALL`,
    ),
    (rows) => new Map(rows.map(({ names, subject }) => [subject, names])),
  )

const rowsOf = {
  run: "WHERE run_id = $1",
  events:
    "WHERE event_no > (SELECT coalesce(max(last_no), 0) FROM recon.seals WHERE subject = 'recon.exception_events')",
  all: "",
} as const

interface Content {
  readonly first_no: bigint | null
  readonly last_no: bigint | null
  readonly rows: bigint
  readonly content_sha256: string
}

const contentSql = (table: Sealed, columns: ReadonlyArray<string>, place: number): string => `
  SELECT ${place} AS place, ${table.of === "events" ? "min(event_no)" : "NULL"}::BIGINT AS first_no, ${table.of === "events" ? "max(event_no)" : "NULL"}::BIGINT AS last_no,
    count(*) AS rows, ${contentHash} AS content_sha256
  FROM (SELECT ${lineOf(columns)} AS line${table.of === "events" ? ", event_no" : ""} FROM ${table.subject} ${rowsOf[table.of]})`

const sealSql = `
  INSERT INTO recon.seals BY NAME
  WITH before AS (SELECT coalesce(max(seal_no), 0) AS seal_no, arg_max(sha256, seal_no) AS sha256 FROM recon.seals),
  drafted AS (
    SELECT before.seal_no + 1 AS seal_no, $1 AS subject, $2::VARCHAR AS run_id, $3::BIGINT AS first_no, $4::BIGINT AS last_no,
      $5 AS columns, $6::BIGINT AS rows, $7 AS content_sha256, before.sha256 AS previous_sha256
    FROM before
  )
  SELECT *, ${sealHash} AS sha256 FROM drafted`

/** Seals what is there now, one table after the other, inside the caller's transaction. */
export const seal = (sql: Sql, tables: ReadonlyArray<Sealed>): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const known = yield* columnsByTable(sql)
    const sealed = tables.map((table) => ({
      table,
      runId: table.of === "run" ? table.runId : null,
      columns: (table.of === "run" ? table.columns : undefined) ?? known.get(table.subject) ?? [],
    }))
    const runIds = new Set(sealed.flatMap(({ runId }) => (runId === null ? [] : [runId])))
    if (runIds.size > 1) throw new Error("rows of several runs are not sealed at once")
    const contents = yield* sql.rows<Content>(
      `SELECT * EXCLUDE (place) FROM (${sealed.map(({ columns, table }, place) => contentSql(table, columns, place)).join("\n  UNION ALL")}) ORDER BY place`,
      [...runIds],
    )
    for (const [place, { columns, runId, table }] of sealed.entries()) {
      const content = contents[place]
      if (content === undefined || (table.of === "events" && content.rows === 0n)) continue
      yield* sql.run(sealSql, [
        table.subject,
        runId,
        content.first_no?.toString() ?? null,
        content.last_no?.toString() ?? null,
        columns,
        content.rows.toString(),
        content.content_sha256,
      ])
    }
  })
