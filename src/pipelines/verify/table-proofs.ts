import { Effect } from "effect"
import type { Contract } from "../../api/contract.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { quoteName, recordIdOf, type TypedTable } from "../../store/typed-table.ts"
import { streamTables } from "../stream-tables.ts"
import { type Finding, tableFinding } from "./finding.ts"

/** Bodies are read page by page, and hashed there. */
const readElsewhere: Readonly<Record<string, string>> = { "raw.pages": "* EXCLUDE (body, body_bytes)" }

/**
 * Reads every value of every table once: DuckDB checks the blocks of a file only when it reads them. What it finds damaged
 * makes it refuse all that is asked afterwards, so the first such table is the last that can be told.
 */
export const tablesReadable = (sql: Sql): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    const tables = yield* sql.rows<{ schema_name: string; table_name: string }>(
      "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL",
    )
    for (const { schema_name, table_name } of tables) {
      const name = `${schema_name}.${table_name}`
      const columns = readElsewhere[name] ?? "*"
      const read = sql.rows(
        `SELECT bit_xor(hash(t)) FROM (SELECT ${columns} FROM ${quoteName(schema_name)}.${quoteName(table_name)}) AS t`,
      )
      const unread = yield* Effect.match(read, { onFailure: (error) => error.detail, onSuccess: () => null })
      if (unread !== null) return [tableFinding(name, null, [`it cannot be read: ${unread}`])]
    }
    return []
  })

const idsOf = (sql: Sql, text: string, what: string): Effect.Effect<ReadonlyArray<string>, StoreError> =>
  Effect.map(sql.rows<{ record_id: string }>(`SELECT record_id FROM (${text}) ORDER BY record_id LIMIT 21`), (rows) =>
    rows.length === 0
      ? []
      : [
          `${what}: ${rows
            .slice(0, 20)
            .map(({ record_id }) => record_id)
            .join(", ")}${rows.length > 20 ? " and more" : ""}`,
        ],
  )

const runColumns = ["first_seen_run", "version_seen_run", "last_seen_run"]

const tableFaults = (sql: Sql, table: TypedTable) => {
  const id = recordIdOf(table, "t")
  const stream = quoteText(table.name)
  return Effect.all([
    idsOf(
      sql,
      `SELECT ${id} AS record_id FROM main.${table.name} AS t GROUP BY ALL HAVING count(*) > 1`,
      "it holds twice",
    ),
    idsOf(
      sql,
      `SELECT DISTINCT ${id} AS record_id FROM main.${table.name} AS t
       WHERE ${runColumns.map((column) => `${column} NOT IN (SELECT run_id FROM recon.runs)`).join(" OR ")}`,
      "it holds rows of runs that are not on record",
    ),
    idsOf(
      sql,
      `WITH former AS (
         SELECT record_id, count(*) AS versions, count(DISTINCT version) AS different, max(version) AS newest
         FROM main.superseded_versions WHERE stream = ${stream} GROUP BY record_id
       ),
       current AS (SELECT ${id} AS record_id, version FROM main.${table.name} AS t)
       SELECT coalesce(c.record_id, f.record_id) AS record_id FROM current AS c FULL OUTER JOIN former AS f USING (record_id)
       WHERE c.version IS NULL OR coalesce(f.versions, 0) <> c.version - 1 OR coalesce(f.different, 0) <> c.version - 1
         OR coalesce(f.newest, 0) <> c.version - 1`,
      "the versions of a record are not one after the other",
    ),
  ]).pipe(Effect.map((faults) => faults.flat()))
}

/** Bodies are of pages: what was put among their pieces and belongs to none is nothing that the API said. */
export const bodiesNamed = (sql: Sql): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  idsOf(
    sql,
    "SELECT DISTINCT body_no::VARCHAR AS record_id FROM raw.body_pieces ANTI JOIN raw.pages USING (body_no)",
    "it holds bodies that no page names",
  ).pipe(Effect.map((faults) => (faults.length === 0 ? [] : [tableFinding("raw.body_pieces", null, faults)])))

/** No typed row is there twice, each is of runs on record, and the versions of a record are numbered without a gap. */
export const tablesConsistent = (sql: Sql, contract: Contract): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.map(
    Effect.forEach(streamTables(contract), (table) =>
      Effect.map(tableFaults(sql, table), (faults) =>
        faults.length === 0 ? [] : [tableFinding(`main.${table.name}`, null, faults)],
      ),
    ),
    (findings) => findings.flat(),
  )
