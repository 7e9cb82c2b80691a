import type { DuckDBConnection } from "@duckdb/node-api"
import { describe, expect, it } from "vitest"
import { runWithinMemory } from "../../src/store/within-memory.ts"

/** A connection that is short of memory so many times, and says what it was asked. */
const shortOfMemory = (times: number) => {
  const asked: Array<string> = []
  let left = times
  const run = async (statement: string) => {
    asked.push(statement)
    if (statement === "large" && left-- > 0) throw new Error("Out of Memory Error: could not allocate block")
    if (statement === "wrong") throw new Error("Parser Error: syntax error")
  }
  return { asked, connection: { run } as unknown as DuckDBConnection }
}

describe("a statement that may be large", () => {
  it("is asked again on one thread where the limit is too small for all of them", async () => {
    const { asked, connection } = shortOfMemory(1)
    await runWithinMemory(connection, "large")
    expect(asked).toEqual(["large", "SET threads = 1", "large", "RESET threads"])
  })

  it("fails where one thread has not enough either, and leaves all threads to what follows", async () => {
    const { asked, connection } = shortOfMemory(2)
    await expect(runWithinMemory(connection, "large")).rejects.toThrow(/^Out of Memory/)
    expect(asked.at(-1)).toBe("RESET threads")
  })

  it("is not asked again where memory is not what fails", async () => {
    const { asked, connection } = shortOfMemory(0)
    await expect(runWithinMemory(connection, "wrong")).rejects.toThrow(/^Parser/)
    expect(asked).toEqual(["wrong"])
  })
})
