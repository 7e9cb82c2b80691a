import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { quoteText } from "../../store/describe-table.ts"

/** What a query may read besides tables and views: functions that make rows of what they are given. */
const harmless: ReadonlySet<string> = new Set([
  "range",
  "generate_series",
  "unnest",
  "repeat",
  "json_each",
  "json_tree",
])

/** DuckDB takes a name that is no table for a file; names of tables have neither dot nor slash. */
const tableName = /^[\p{L}_][\p{L}\p{N}_ $]*$/u

interface Parsed {
  readonly error: boolean
  readonly error_type?: string
}

interface Part {
  readonly type?: string
  readonly table_name?: string
  readonly function?: { readonly function_name?: string }
}

/** What one part of a parsed query reads from outside the database; null where it reads nothing from there. */
const reach = ({ function: called, table_name, type }: Part): string | null => {
  if (type === "BASE_TABLE" && table_name !== undefined && !tableName.test(table_name)) {
    return `it reads "${table_name}", which is no table`
  }
  const name = type === "TABLE_FUNCTION" ? called?.function_name?.toLowerCase() : undefined
  return name === undefined || harmless.has(name) ? null : `it calls ${name}, which may read more than the database`
}

/**
 * Why a report may not run this query: it is not one SELECT, or it reads what is not in the database. Decided by what DuckDB
 * parsed, before anything is looked up: asking for the columns of a file already reads it. Null where it may run; also where
 * DuckDB cannot parse it, which whoever prepares it says better.
 */
export const refusedQuery = (connection: DuckDBConnection, sql: string): Effect.Effect<string | null> =>
  Effect.promise(async () => {
    const [row] = await (await connection.runAndReadAll(`SELECT json_serialize_sql(${quoteText(sql)})`)).getRows()
    const found: Array<string> = []
    const parsed = JSON.parse(String(row?.[0]), (_key, value: unknown) => {
      const part = typeof value === "object" && value !== null ? reach(value as Part) : null
      if (part !== null) found.push(part)
      return value
    }) as Parsed
    if (parsed.error) return parsed.error_type === "not implemented" ? "it is not one SELECT" : null
    return found[0] ?? null
  })
