import type { DuckDBConnection } from "@duckdb/node-api"

export const ranOutOfMemory = (cause: unknown): boolean =>
  cause instanceof Error && cause.message.startsWith("Out of Memory Error")

/** On one thread alone, which needs a fraction of the memory, and less of the processor too. */
const runOnOneThread = async (connection: DuckDBConnection, statement: string): Promise<void> => {
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
