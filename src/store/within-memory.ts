import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"

export const ranOutOfMemory = (cause: unknown): boolean =>
  cause instanceof Error && cause.message.startsWith("Out of Memory Error")

/** On one thread alone, which needs a fraction of the memory, and less of the processor too. */
export const runOnOneThread = async (connection: DuckDBConnection, statement: string): Promise<void> => {
  await connection.run("SET threads = 1")
  try {
    await connection.run(statement)
  } finally {
    await connection.run("RESET threads")
  }
}

/** Runs a statement that may be large: where the memory limit is too small for all threads at once, again on one alone. */
export const runWithinMemory = async (connection: DuckDBConnection, statement: string): Promise<void> => {
  try {
    await connection.run(statement)
  } catch (cause) {
    if (!ranOutOfMemory(cause)) throw cause
    await runOnOneThread(connection, statement)
  }
}

/** DuckDB refuses a limit below what is in use: then it stays as it is. */
const setLimit = (connection: DuckDBConnection, limit: string) =>
  Effect.ignore(Effect.tryPromise(() => connection.run(`SET memory_limit = '${limit}'`)))

const leaving = new WeakSet<DuckDBConnection>()

/**
 * Takes an eighth of DuckDB's memory limit back while the effect runs, once however often it is asked for: for what is made of the rows beside it,
 * and for what DuckDB does not count. Large tables that were asked before fill any limit, and lie on the disk as well.
 */
export const leavingRoom =
  (connection: DuckDBConnection) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() =>
      leaving.has(connection)
        ? effect
        : Effect.acquireUseRelease(
            Effect.gen(function* () {
              const reader = yield* Effect.promise(() =>
                connection.runAndReadAll("SELECT current_setting('memory_limit')"),
              )
              const limit = String(reader.getRows()[0]?.[0])
              yield* setLimit(
                connection,
                limit.replace(/^[\d.]+/, (digits) => String((Number(digits) * 7) / 8)),
              )
              leaving.add(connection)
              return limit
            }),
            () => effect,
            (limit) =>
              Effect.zipRight(
                Effect.sync(() => leaving.delete(connection)),
                setLimit(connection, limit),
              ),
          ),
    )
