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

/** Asks on one thread where the store holds few records. */
export const threadsBySize =
  (database: Database["Type"]) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
    Effect.flatMap(
      database.rows<{ records: bigint | null }>(
        "SELECT sum(estimated_size)::BIGINT AS records FROM duckdb_tables() WHERE schema_name = 'main'",
      ),
      ([size]) => (Number(size?.records ?? 0) < few ? oneThreadEach(database)(effect) : effect),
    )

/**
 * For many small batches: with one thread a batch takes half the time, and the others of the machine are free for fetching. Half
 * of the memory limit stays for the pages that are on their way.
 */
export const whileLoading = (database: Database["Type"], memoryLimit: string) =>
  whileSet(
    database,
    `SET threads = 1; SET memory_limit = '${half(memoryLimit)}'`,
    `RESET threads; SET memory_limit = '${memoryLimit}'`,
  )
