import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeFolder } from "../../src/pipelines/make-folder.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

describe("a folder to write in", () => {
  it.scoped("is made with those above it, once, and is refused below a file", () =>
    Effect.gen(function* () {
      const place = yield* temporaryFolder
      const folder = join(place, "a", "b", "c")
      yield* makeFolder(folder)
      yield* makeFolder(folder)
      expect(readdirSync(join(place, "a", "b"))).toEqual(["c"])
      writeFileSync(join(folder, "file"), "")
      for (const below of [join(folder, "file"), join(folder, "file", "d")]) {
        expect((yield* Effect.either(makeFolder(below)))._tag).toBe("Left")
      }
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  // Node's own way of making all at once never ends there: the test runs out of time.
  it.runIf(existsSync("/proc/self"))("is refused below /proc", async () => {
    const made = await Effect.runPromise(
      Effect.either(makeFolder("/proc/tidemark/a")).pipe(Effect.provide(NodeContext.layer)),
    )
    expect(made._tag).toBe("Left")
  })
})
