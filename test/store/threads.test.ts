import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../src/store/database.ts"
import { oneThreadEach, threadsBySize, whileLoading } from "../../src/store/threads.ts"

const memory = Database.layer({ file: ":memory:", access: "write", memoryLimit: "64MB" })

const setting = (database: Database["Type"], name: string) =>
  Effect.map(
    database.rows<{ value: string }>("SELECT current_setting($1)::VARCHAR AS value", [name]),
    ([row]) => row?.value,
  )

describe("threads", () => {
  it.effect("are one while an effect runs, and what they were after it, whether it fails or not", () =>
    Effect.gen(function* () {
      const database = yield* Database
      // What RESET gives, on a machine of however many.
      yield* database.run("SET threads = 3")
      yield* database.run("RESET threads")
      const before = yield* setting(database, "threads")
      expect(yield* setting(database, "threads").pipe(oneThreadEach(database))).toBe("1")
      const failed = yield* Effect.flip(oneThreadEach(database)(Effect.fail("no")))
      expect(failed).toBe("no")
      expect(yield* setting(database, "threads")).toBe(before)
    }).pipe(Effect.provide(memory)),
  )

  it.effect(
    "are one from where records are loaded, and half of the memory limit is left to the pages that are on their way",
    () =>
      Effect.gen(function* () {
        const database = yield* Database
        const before = yield* setting(database, "memory_limit")
        const within = yield* setting(database, "memory_limit").pipe(whileLoading(database, "64MB"))
        expect(within).not.toBe(before)
        expect(yield* setting(database, "memory_limit")).toBe(before)
        expect(yield* setting(database, "threads")).toBe("1")
      }).pipe(Effect.provide(memory)),
  )

  it.effect("are one where the store holds few records, and all where it holds many", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const all = yield* setting(database, "threads")
      const within = Effect.zipRight(threadsBySize(database), setting(database, "threads"))
      expect(yield* within).toBe("1")
      yield* database.run("CREATE TABLE main.many AS SELECT range AS record FROM range(100001)")
      expect(yield* within).toBe(all)
    }).pipe(Effect.provide(memory)),
  )
})
