import { Effect } from "effect"
import type { Database } from "./database.ts"
import type { StoreError } from "./store-error.ts"

const half = (limit: string): string =>
  limit.replace(/^\d+/, (digits) => String(Math.max(1, Math.floor(Number(digits) / 2))))

/** Sets DuckDB up while the effect runs, and back afterwards. */
const whileSet =
  (database: Database["Type"], before: string, after: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
    Effect.acquireUseRelease(
      database.run(before),
      () => effect,
      () => Effect.ignoreLogged(database.run(after)),
    )

/**
 * For statements each of which is too small to be shared out among threads: what the threads tell each other costs a tenth of it, or more.
 * Statements of several connections still run beside each other.
 */
export const oneThreadEach = (database: Database["Type"]) => whileSet(database, "SET threads = 1", "RESET threads")

/** Of fewer records than these it is quicker to ask on one thread: what a night's statements do is mostly to be planned and begun. */
const few = 100_000

/** Whether the store holds few records, as a query of one row. */
export const holdsFewSql = `SELECT coalesce(sum(estimated_size), 0) < ${few} AS few FROM duckdb_tables() WHERE schema_name = 'main'`

/** From now on one thread where the store holds few records, else all. */
export const threadsBySize = (database: Database["Type"]): Effect.Effect<void, StoreError> =>
  Effect.flatMap(database.rows<{ few: boolean }>(holdsFewSql), ([held]) =>
    database.run(held?.few === true ? "SET threads = 1" : "RESET threads"),
  )

/**
 * For many small batches: with one thread a batch takes half the time, and the others of the machine are free for fetching. Half
 * of the memory limit stays for the pages that are on their way. The one thread stays: who goes on says how many it wants.
 */
export const whileLoading = (database: Database["Type"], memoryLimit: string) =>
  whileSet(
    database,
    `SET threads = 1; SET memory_limit = '${half(memoryLimit)}'`,
    `SET memory_limit = '${memoryLimit}'`,
  )
