import { describe, expect, it } from "@effect/vitest"
import { DateTime, type Duration, Effect, Exit, Logger, LogLevel, Scope, TestClock } from "effect"
import { lockFile, RunHeld, type RunLock, takeRunLock } from "../../src/store/run-lock.ts"
import { StoreError } from "../../src/store/store-error.ts"
import { memoryFiles } from "../support/memory-files.ts"

const db = "tidemark.duckdb"
const lock = lockFile(db)
const start = DateTime.unsafeMake("2026-11-22T02:30:00Z")
const us = { user: "alice", host: "host-a", pid: 4711, command: "nightly" }

/** A lock file that another run wrote, its last beat so long ago. */
const written = (by: Partial<typeof us>, beatAgo: Duration.DurationInput): string =>
  JSON.stringify({
    ...us,
    pid: 99,
    ...by,
    startedAt: "2026-11-22T01:00:00Z",
    beatAt: DateTime.formatIso(DateTime.subtractDuration(start, beatAgo)),
  })

/** Takes the lock over these files, at the start of the night; the scope that holds it is closed by `end`. */
const take = (
  files: Map<string, string>,
  alive: ReadonlyArray<number> = [],
  refuse = { sentence: null as string | null },
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(start.epochMillis)
    const scope = yield* Scope.make()
    const logged: Array<string> = []
    const logger = Logger.make(({ message }) => void logged.push(String(message)))
    const provided = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) =>
      effect.pipe(
        Scope.extend(scope),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.Info),
      )
    const taken = yield* Effect.either(
      provided(takeRunLock(db, us, (pid) => alive.includes(pid)).pipe(Effect.provide(memoryFiles(files, refuse)))),
    )
    const confirm = (held: RunLock) => provided(held.confirm)
    return { taken, logged, confirm, end: Scope.close(scope, Exit.void) }
  })

/** The lock, which must have been given. */
const given = (
  files: Map<string, string>,
  alive: ReadonlyArray<number> = [],
  refuse = { sentence: null as string | null },
) =>
  Effect.flatMap(take(files, alive, refuse), ({ taken, ...rest }) =>
    Effect.map(Effect.orDie(taken), (held) => ({ held, ...rest })),
  )

/** The refusal, which must have been given. */
const refusal = (files: Map<string, string>, refuse = { sentence: null as string | null }) =>
  Effect.flatMap(take(files, [], refuse), ({ taken }) => Effect.orDie(Effect.flip(taken)))

const inFile = (files: Map<string, string>) => JSON.parse(files.get(lock) ?? "null")

describe("the lock of a run", () => {
  it.effect("says who works, since when, and when last; nothing else lies beside it, and it goes at the end", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const { confirm, end, held } = yield* given(files)
      yield* confirm(held)
      const at = "2026-11-22T02:30:00.000Z"
      expect(inFile(files)).toEqual({ ...us, startedAt: at, beatAt: at })
      expect([...files.keys()]).toEqual([lock])
      yield* end
      expect([...files.keys()]).toEqual([])
    }),
  )

  it.effect("gives a sign of life every 15 seconds, until its end", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const { confirm, end, held } = yield* given(files)
      yield* confirm(held)
      yield* TestClock.adjust("14 seconds")
      expect(inFile(files).beatAt).toBe("2026-11-22T02:30:00.000Z")
      yield* TestClock.adjust("1 seconds")
      expect(inFile(files).beatAt).toBe("2026-11-22T02:30:15.000Z")
      yield* TestClock.adjust("60 seconds")
      expect(inFile(files)).toMatchObject({
        startedAt: "2026-11-22T02:30:00.000Z",
        beatAt: "2026-11-22T02:31:15.000Z",
      })
      yield* end
      yield* TestClock.adjust("60 seconds")
      expect([...files.keys()]).toEqual([])
    }),
  )

  it.effect("is refused where another machine gave a sign of life within two minutes, in one sentence", () =>
    Effect.gen(function* () {
      const other = written({ host: "host-b", user: "bob" }, "119 seconds")
      const files = new Map([[lock, other]])
      const error = yield* refusal(files)
      expect(error).toBeInstanceOf(RunHeld)
      expect(error.message).toBe(
        "another run holds tidemark.duckdb: tidemark nightly, started 2026-11-22T01:00:00Z by bob on host-b (process 99); " +
          "wait for its end or stop it (if it died, its lock lapses at 2026-11-22T02:30:01Z)",
      )
      expect([...files]).toEqual([[lock, other]])
    }),
  )

  it.effect("is refused where another machine's clock is ahead of ours", () =>
    Effect.gen(function* () {
      const ahead = written({ host: "host-b" }, 0).replace("02:30:00.000Z", "02:40:00.000Z")
      const files = new Map([[lock, ahead]])
      expect(inFile(files).beatAt).toBe("2026-11-22T02:40:00.000Z")
      expect(yield* refusal(files)).toBeInstanceOf(RunHeld)
    }),
  )

  it.effect("is taken over where the other machine has been silent for two minutes, and says so to the log alone", () =>
    Effect.gen(function* () {
      const files = new Map([[lock, written({ host: "host-b" }, "2 minutes")]])
      const { confirm, held, logged } = yield* given(files)
      yield* confirm(held)
      expect(inFile(files)).toMatchObject({ host: "host-a", pid: 4711 })
      expect([...files.keys()]).toEqual([lock])
      expect(logged).toEqual([
        "took over tidemark.duckdb.lock, which tidemark nightly (process 99 on host-b, started 2026-11-22T01:00:00Z) left behind",
      ])
    }),
  )

  it.effect("leaves a file of this machine alone until DuckDB has opened the database, and then replaces it", () =>
    Effect.gen(function* () {
      const left = written({}, "1 seconds")
      const files = new Map([[lock, left]])
      const { confirm, end, held, logged } = yield* given(files)
      expect(files.get(lock)).toBe(left)
      yield* confirm(held)
      expect(inFile(files).pid).toBe(4711)
      expect(logged).toHaveLength(1)
      yield* end
      expect([...files.keys()]).toEqual([])
    }),
  )

  it.effect("names the holder where DuckDB found the database locked, if that process lives", () =>
    Effect.gen(function* () {
      const left = written({ user: "bob" }, "1 hours")
      const files = new Map([[lock, left]])
      const { end, held } = yield* given(files, [99])
      expect((yield* held.holder)?.message).toBe(
        "another run holds tidemark.duckdb: tidemark nightly, started 2026-11-22T01:00:00Z by bob on host-a (process 99); wait for its end or stop it",
      )
      yield* end
      expect(files.get(lock)).toBe(left)
    }),
  )

  it.effect("blames no dead process for it: another program has the file open then", () =>
    Effect.gen(function* () {
      const { held } = yield* given(new Map([[lock, written({}, "1 hours")]]))
      expect(yield* held.holder).toBeNull()
      const { held: fresh } = yield* given(new Map())
      expect(yield* fresh.holder).toBeNull()
    }),
  )

  it.effect.each([
    "",
    "{",
    "null",
    '{"user":"bob"}',
    written({ host: "host-b", pid: -1 }, 0),
    written({ host: "host-b", user: "bob\u001b[2J" }, 0),
    written({ host: "host-b" }, 0).replace("2026-11-22T02:30:00.000Z", "yesterday"),
  ])("is not kept from anybody by a file that cannot be understood: %j", (text) =>
    Effect.gen(function* () {
      const files = new Map([[lock, text]])
      const { confirm, held } = yield* given(files)
      expect(yield* held.holder).toBeNull()
      yield* confirm(held)
      expect(inFile(files)).toMatchObject(us)
    }),
  )

  it.effect.each([
    ["EROFS: read-only file system, open", "Denied"],
    ["EACCES: permission denied, open", "Denied"],
    ["ENOSPC: no space left on device, write", "Full"],
  ] as const)("cannot be taken where it cannot be written: %s", ([sentence, reason]) =>
    Effect.gen(function* () {
      const error = yield* refusal(new Map(), { sentence })
      expect(error).toBeInstanceOf(StoreError)
      expect(error).toMatchObject({ reason, file: lock })
    }),
  )

  it.effect("outlives a beat that a full disk refused", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const refuse = { sentence: null as string | null }
      const { confirm, held } = yield* given(files, [], refuse)
      yield* confirm(held)
      refuse.sentence = "ENOSPC: no space left on device, write"
      yield* TestClock.adjust("30 seconds")
      refuse.sentence = null
      yield* TestClock.adjust("15 seconds")
      expect(inFile(files).beatAt).toBe("2026-11-22T02:30:45.000Z")
      yield* held.stillOurs
    }),
  )

  it.effect("is put back where its file was deleted", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const { confirm, held } = yield* given(files)
      yield* confirm(held)
      files.delete(lock)
      yield* TestClock.adjust("15 seconds")
      expect(inFile(files)).toMatchObject(us)
    }),
  )

  it.effect("is lost where another machine took it over meanwhile: the run may not write any more", () =>
    Effect.gen(function* () {
      const files = new Map<string, string>()
      const { confirm, end, held } = yield* given(files)
      yield* confirm(held)
      const other = written({ host: "host-b" }, 0)
      files.set(lock, other)
      yield* TestClock.adjust("15 seconds")
      expect(yield* Effect.flip(held.stillOurs)).toMatchObject({ reason: "Locked" })
      yield* end
      expect(files.get(lock)).toBe(other)
    }),
  )
})
