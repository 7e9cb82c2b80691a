import { tmpdir } from "node:os"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { runProgram } from "./program.ts"

/** Says what the allocator is told at the moment when DuckDB's library is loaded. */
const told = `data:text/javascript,${encodeURIComponent(`
  const load = process.dlopen
  process.dlopen = function (module, file, ...rest) {
    if (file.endsWith("duckdb.node")) console.error("TOLD " + process.env.DUCKDB_JE_MALLOC_CONF)
    return load.call(this, module, file, ...rest)
  }`)}`

describe("DuckDB's allocator", () => {
  const toldWith = (env: Readonly<Record<string, string>>) =>
    Effect.map(
      runProgram(["sql", "SELECT 1", "--db", "none.duckdb"], {
        cwd: tmpdir(),
        env: { NODE_OPTIONS: `--import=${told}`, ...env },
      }),
      ({ stderr }) => /TOLD (.*)/.exec(stderr)?.[1],
    )

  it.effect("is told how to keep memory before its library is loaded", () =>
    Effect.gen(function* () {
      expect(yield* toldWith({})).toBe("narenas:1,dirty_decay_ms:3000,muzzy_decay_ms:3000")
    }),
  )

  it.effect("is told what the operator says, where they say something", () =>
    Effect.gen(function* () {
      expect(yield* toldWith({ DUCKDB_JE_MALLOC_CONF: "dirty_decay_ms:0" })).toBe("dirty_decay_ms:0")
    }),
  )
})
