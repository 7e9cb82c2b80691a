import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { holdsFewSql } from "./threads.ts"

/** DuckDB refuses a limit below what is in use: then it stays as it is. */
const setLimit = (connection: DuckDBConnection, limit: string) =>
  Effect.ignore(Effect.tryPromise(() => connection.run(`SET memory_limit = '${limit}'`)))

const leaving = new WeakSet<DuckDBConnection>()

/** As DuckDB says it, which is rounded down: asked once a connection, or each time would cost a little of it. Null where the store holds few records. */
const limits = new WeakMap<DuckDBConnection, string | null>()

const limitOf = async (connection: DuckDBConnection): Promise<string | null> => {
  const reader = await connection.runAndReadAll(`SELECT current_setting('memory_limit'), few FROM (${holdsFewSql})`)
  const [limit, few] = reader.getRows()[0] ?? []
  return few === true ? null : String(limit)
}

const without = (eighths: number, limit: string): string =>
  limit.replace(/^[\d.]+/, (digits) => String((Number(digits) * (8 - eighths)) / 8))

const takeRoom = (connection: DuckDBConnection, eighths: number, limit: string) => {
  leaving.add(connection)
  return setLimit(connection, without(eighths, limit))
}

const giveBack = (connection: DuckDBConnection, limit: string) => () => {
  leaving.delete(connection)
  return setLimit(connection, limit)
}

/**
 * Takes so many eighths of DuckDB's memory limit back while the effect runs, once however often it is asked for: for what is made of the rows beside it,
 * and for what DuckDB does not count. Large tables that were asked before fill any limit, and lie on the disk as well. Few records
 * fill none, and a limit that is set has DuckDB give all memory back that it would use again.
 */
export const leavingRoom =
  (connection: DuckDBConnection, eighths: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      if (leaving.has(connection)) return yield* effect
      const known = limits.get(connection)
      const limit = known === undefined ? yield* Effect.promise(() => limitOf(connection)) : known
      limits.set(connection, limit)
      if (limit === null) return yield* effect
      return yield* Effect.acquireUseRelease(
        takeRoom(connection, eighths, limit),
        () => effect,
        giveBack(connection, limit),
      )
    })
