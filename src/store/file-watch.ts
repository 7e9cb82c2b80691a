import { stat } from "node:fs/promises"
import { Effect } from "effect"
import type { Sql } from "./database.ts"
import { StoreError } from "./store-error.ts"

/** What DuckDB writes before the first block. */
const headerBytes = 12_288n

/**
 * Fails once the file is another one than the one that was opened, or has lost its end: DuckDB writes on into what it has
 * open without a word, and nobody would find it again.
 */
export const fileWatch = (file: string): Effect.Effect<(sql: Sql) => Effect.Effect<void, StoreError>> => {
  if (file === ":memory:") return Effect.succeed(() => Effect.void)
  const now = Effect.promise(() => stat(file, { bigint: true }).catch(() => null))
  const gone = (detail: string) => Effect.fail(new StoreError({ reason: "Replaced", file, detail }))
  return Effect.map(now, (opened) => {
    let seen = opened?.size ?? 0n
    return (sql) =>
      Effect.gen(function* () {
        const found = yield* now
        if (found === null) return yield* gone("it is gone")
        if (found.ino !== opened?.ino || found.dev !== opened.dev) return yield* gone("another file has its name")
        const [size] = yield* sql.rows<{ blocks: bigint; block_size: bigint }>(
          "SELECT used_blocks AS blocks, block_size FROM pragma_database_size()",
        )
        // Blocks that are not written yet are counted, so a file is too short only where it was longer before.
        const needed = size === undefined ? 0n : headerBytes + size.blocks * size.block_size
        if (found.size < seen && found.size < needed) return yield* gone("its end is missing")
        seen = found.size
      })
  })
}
