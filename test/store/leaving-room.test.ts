import type { DuckDBConnection } from "@duckdb/node-api"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../src/store/database.ts"
import { leavingRoom } from "../../src/store/leaving-room.ts"

const limitOf = (connection: DuckDBConnection) =>
  Effect.promise(async () => {
    const reader = await connection.runAndReadAll("SELECT current_setting('memory_limit')")
    return String(reader.getRows()[0]?.[0])
  })

it.effect(
  "eighths of the memory limit are left free of many records for as long as they are asked, once, and given back whatever comes",
  () =>
    Effect.gen(function* () {
      const database = yield* Database
      const few = yield* database.reader
      expect(yield* leavingRoom(few, 1)(limitOf(few))).toBe("400.0 MiB")
      yield* database.run("CREATE TABLE main.many AS SELECT range AS record FROM range(100001)")
      const connection = yield* database.reader
      const limit = leavingRoom(connection, 1)(limitOf(connection))
      expect(yield* limitOf(connection)).toBe("400.0 MiB")
      expect(yield* limit).toBe("350.0 MiB")
      expect(yield* leavingRoom(connection, 1)(limit)).toBe("350.0 MiB")
      expect(yield* limitOf(connection)).toBe("400.0 MiB")
      expect(yield* leavingRoom(connection, 2)(limitOf(connection))).toBe("300.0 MiB")
      expect(yield* Effect.flip(leavingRoom(connection, 1)(Effect.fail("broken")))).toBe("broken")
      expect(yield* limitOf(connection)).toBe("400.0 MiB")
    }).pipe(
      Effect.scoped,
      Effect.provide(Database.layer({ file: ":memory:", access: "write", memoryLimit: "400MiB" })),
    ),
)
