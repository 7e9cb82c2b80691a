import { type FileHandle, rename, stat } from "node:fs/promises"
import { Effect } from "effect"
import type { Sql } from "./database.ts"
import { StoreError } from "./store-error.ts"

/** What DuckDB writes before the first block: its mark, and two headers that take turns. */
const headerBytes = 12_288
const headers = [4_096, 8_192] as const
const headerLength = 4_096

/** Each checkpoint writes the other header, with a number one higher. Further ahead than this, somebody else wrote it. */
const mostCheckpointsBetween = 8n

interface Header {
  readonly checkpoint: bigint
  readonly bytes: Buffer
}

/** Both headers, the newer one first; null where the file is too short to have them. */
const headersOf = async (file: FileHandle): Promise<readonly [newer: Header, older: Header] | null> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
  if (bytesRead < headerBytes) return null
  const [first, second] = headers.map((at) => ({
    // Behind the checksum of the header.
    checkpoint: buffer.readBigUInt64LE(at + 8),
    bytes: buffer.subarray(at, at + headerLength),
  })) as [Header, Header]
  return first.checkpoint > second.checkpoint ? [first, second] : [second, first]
}

/** Whether checkpoints of ours lead from what was seen to what is found. */
const isOurs = (seen: Header, [newer, older]: readonly [Header, Header]): boolean => {
  const checkpoints = newer.checkpoint - seen.checkpoint
  if (checkpoints === 0n) return newer.bytes.equals(seen.bytes)
  if (checkpoints === 1n) return older.bytes.equals(seen.bytes)
  return checkpoints > 1n && checkpoints <= mostCheckpointsBetween
}

export interface FileWatch {
  /** Fails where the file is no longer the one that was opened, whole. */
  readonly stillThere: (sql: Sql) => Effect.Effect<void, StoreError>
  /**
   * To be called when DuckDB has closed the file. Where another content was written into it, the log beside it is of what is no
   * longer there, and would be played into whatever lies there now: it is put aside.
   */
  readonly closed: Effect.Effect<void>
}

/**
 * Notices that a file is another one than the one that was opened, has lost its end, or was written by somebody else: DuckDB writes
 * on into what it has open without a word, and nobody would find it again.
 */
export const fileWatch = (file: string, opened: FileHandle): Effect.Effect<FileWatch> =>
  Effect.promise(async () => {
    const { dev, ino, size } = await opened.stat({ bigint: true })
    const lasting = { size, header: (await headersOf(opened))?.[0], isWrittenOver: false }
    const replaced = (detail: string) => new StoreError({ reason: "Replaced", file, detail })
    const writtenOver = (sql: Sql, detail: string) =>
      Effect.gen(function* () {
        lasting.isWrittenOver = true
        // Closing would write into what somebody else put there.
        yield* Effect.ignore(sql.run("PRAGMA disable_checkpoint_on_shutdown"))
        return yield* replaced(detail)
      })

    const neededBytes = (sql: Sql) =>
      Effect.map(
        sql.rows<{ used: bigint; size: bigint }>(
          "SELECT used_blocks AS used, block_size AS size FROM pragma_database_size()",
        ),
        ([blocks]) => (blocks === undefined ? 0n : BigInt(headerBytes) + blocks.used * blocks.size),
      )

    const stillThere: FileWatch["stillThere"] = (sql) =>
      Effect.gen(function* () {
        const found = yield* Effect.promise(() => stat(file, { bigint: true }).catch(() => null))
        if (found === null) return yield* replaced("it is gone")
        if (found.ino !== ino || found.dev !== dev) return yield* replaced("another file has its name")
        // Blocks that are not written yet are counted, so a file is too short only where it was longer before.
        if (found.size < lasting.size && found.size < (yield* neededBytes(sql))) {
          return yield* writtenOver(sql, "its end is missing")
        }
        const now = yield* Effect.promise(() => headersOf(opened))
        if (now === null) return yield* writtenOver(sql, "its end is missing")
        if (lasting.header !== undefined && !isOurs(lasting.header, now)) {
          return yield* writtenOver(sql, "something else was written into it")
        }
        lasting.size = found.size
        lasting.header = now[0]
      })
    const closed = Effect.suspend(() =>
      lasting.isWrittenOver
        ? Effect.ignore(Effect.tryPromise(() => rename(`${file}.wal`, `${file}.wal.put-aside`)))
        : Effect.void,
    )
    return { stillThere, closed }
  })
