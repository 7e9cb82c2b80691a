import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"

/** DuckDB refuses a limit below what is in use: then it stays as it is. */
const setLimit = (connection: DuckDBConnection, limit: string) =>
  Effect.ignore(Effect.tryPromise(() => connection.run(`SET memory_limit = '${limit}'`)))

const leaving = new WeakSet<DuckDBConnection>()

/** As DuckDB says it, which is rounded down: asked once a connection, or each time would cost a little of it. */
const limits = new WeakMap<DuckDBConnection, string>()

const limitOf = async (connection: DuckDBConnection): Promise<string> => {
  const reader = await connection.runAndReadAll("SELECT current_setting('memory_limit')")
  return String(reader.getRows()[0]?.[0])
}

const without = (eighths: number, limit: string): string =>
  limit.replace(/^[\d.]+/, (digits) => String((Number(digits) * (8 - eighths)) / 8))

const takeRoom = (connection: DuckDBConnection, eighths: number) =>
  Effect.gen(function* () {
    const limit = limits.get(connection) ?? (yield* Effect.promise(() => limitOf(connection)))
    limits.set(connection, limit)
    leaving.add(connection)
    yield* setLimit(connection, without(eighths, limit))
    return limit
  })

const giveBack = (connection: DuckDBConnection) => (limit: string) =>
  Effect.suspend(() => {
    leaving.delete(connection)
    return setLimit(connection, limit)
  })

/**
 * Takes so many eighths of DuckDB's memory limit back while the effect runs, once however often it is asked for: for what is made of the rows beside it,
 * and for what DuckDB does not count. Large tables that were asked before fill any limit, and lie on the disk as well.
 */
export const leavingRoom =
  (connection: DuckDBConnection, eighths: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() =>
      leaving.has(connection)
        ? effect
        : Effect.acquireUseRelease(takeRoom(connection, eighths), () => effect, giveBack(connection)),
    )
