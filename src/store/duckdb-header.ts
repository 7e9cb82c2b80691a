import { open } from "node:fs/promises"
import { Effect } from "effect"
import { StoreError } from "./store-error.ts"

/** DuckDB's mark, after the checksum of the file's first block. */
const mark = { at: 8, text: "DUCK" } as const

const firstBytes = async (file: string): Promise<Buffer> => {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(mark.at + mark.text.length), 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/**
 * Refuses a file that is something else than a database: DuckDB would open a CSV file as one, and find no table of ours
 * in it. A file that is empty, missing or cannot be read is left to DuckDB's own words.
 */
export const checkHeader = (file: string): Effect.Effect<void, StoreError> =>
  Effect.tryPromise(() => firstBytes(file)).pipe(
    Effect.orElseSucceed(() => Buffer.alloc(0)),
    Effect.filterOrFail(
      (bytes) => bytes.length === 0 || bytes.subarray(mark.at).toString("latin1") === mark.text,
      () => new StoreError({ reason: "Foreign", file, detail: "" }),
    ),
    Effect.asVoid,
  )
