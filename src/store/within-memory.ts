import type { DuckDBConnection } from "@duckdb/node-api"

export const ranOutOfMemory = (cause: unknown): boolean =>
  cause instanceof Error && cause.message.startsWith("Out of Memory Error")

/**
 * Runs a statement that may be large: where the memory limit is too small for all threads at once, again on one alone, which needs
 * a fraction of it and less of the processor too.
 */
export const runWithinMemory = async (connection: DuckDBConnection, statement: string): Promise<void> => {
  try {
    await connection.run(statement)
  } catch (cause) {
    if (!ranOutOfMemory(cause)) throw cause
    await connection.run("SET threads = 1")
    try {
      await connection.run(statement)
    } finally {
      await connection.run("RESET threads")
    }
  }
}
