import { Effect } from "effect"
import type { Database } from "./database.ts"
import type { StoreError } from "./store-error.ts"

const half = (limit: string): string =>
  limit.replace(/^\d+/, (digits) => String(Math.max(1, Math.floor(Number(digits) / 2))))

/**
 * Sets DuckDB up for many small batches while the effect runs, and back afterwards. A batch is too small to be shared out
 * among threads: with one thread it takes half the time, and the others of the machine are free for fetching. Half of
 * the memory limit stays for the pages that are on their way.
 */
export const whileLoading =
  (database: Database["Type"], memoryLimit: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
    Effect.acquireUseRelease(
      database.run("SET threads = 1").pipe(Effect.zipRight(database.run(`SET memory_limit = '${half(memoryLimit)}'`))),
      () => effect,
      () =>
        database
          .run("RESET threads")
          .pipe(Effect.zipRight(database.run(`SET memory_limit = '${memoryLimit}'`)), Effect.ignoreLogged),
    )
