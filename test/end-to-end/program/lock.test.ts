import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { Database } from "../../../src/store/database.ts"
import { publishSnapshot } from "../../../src/store/snapshot.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Place, runProgram, startProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"

const nightly = ["nightly", "--customers", "customers.csv", "--quiet"]

/** A folder with a roster, and an API that answers nothing while `silent`. */
const workplace = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const state = { silent: false }
  const asked = yield* Deferred.make<void>()
  const { env, world } = yield* serveWorld(smallWorld({ days: 2 }), {
    disturb: (_, answer) => (state.silent ? Effect.zipRight(Deferred.succeed(asked, undefined), Effect.never) : answer),
  })
  yield* writeRoster(join(cwd, "customers.csv"), world)
  const place: Place = { cwd, env }
  const nightUnderWay = Effect.gen(function* () {
    state.silent = true
    const night = yield* startProgram(nightly, place)
    yield* Deferred.await(asked)
    return night
  })
  return { place, lock: join(cwd, "tidemark.duckdb.lock"), nightUnderWay, state }
})

/** What another run would have written. */
const writtenBy = (host: string, beatAt: Date): string =>
  JSON.stringify({ user: "bob", host, pid: 4711, command: "sync", startedAt: "2026-11-22T02:30:00Z", beatAt })

describe("the lock file of a run", () => {
  it.scopedLive("names the run to every command that would write, in one sentence with 75, and goes with the run", () =>
    Effect.gen(function* () {
      const { lock, nightUnderWay, place } = yield* workplace
      const night = yield* nightUnderWay
      const { pid, startedAt, user } = JSON.parse(readFileSync(lock, "utf8"))
      const sentence =
        `tidemark: another run holds tidemark.duckdb: tidemark nightly, started ${startedAt.replace(/\.\d+Z$/, "Z")} ` +
        `by ${user} on ${hostname()} (process ${pid}); wait for its end or stop it\n`
      const commands = [nightly, ["sync"], ["reconcile"], ["report"]]
      for (const ended of yield* Effect.forEach(commands, (args) => runProgram(args, place), { concurrency: 2 })) {
        expect(ended).toEqual({ code: 75, signal: null, stdout: "", stderr: sentence })
      }
      yield* night.send("SIGTERM")
      expect((yield* night.ended).code).toBe(143)
      expect(existsSync(lock)).toBe(false)
    }),
  )

  it.scopedLive.each(["SIGKILL", "SIGHUP"] as const)(
    "that %s left behind holds nobody up: it is taken over without a word, but to the log",
    (signal) =>
      Effect.gen(function* () {
        const { lock, nightUnderWay, place, state } = yield* workplace
        const night = yield* nightUnderWay
        yield* night.send(signal)
        expect(yield* night.ended).toMatchObject({ code: null, signal })
        expect(existsSync(lock)).toBe(true)
        state.silent = false
        const next = yield* runProgram(["--log-level", "info", ...nightly], place)
        expect(next).toMatchObject({ code: 0, stdout: "" })
        expect(next.stderr).toMatch(/INFO.*took over tidemark\.duckdb\.lock/)
        expect(existsSync(lock)).toBe(false)
      }),
  )

  it.scopedLive(
    "is DuckDB's too, and stays so when the snapshot has been copied, while the lake is still written",
    () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        yield* Effect.gen(function* () {
          yield* publishSnapshot(yield* Database)
          const ended = yield* runProgram(["reconcile"], { cwd })
          expect(ended).toMatchObject({ code: 75, stdout: "" })
          expect(ended.stderr).toMatch(/^tidemark: another process has the database open: tidemark\.duckdb.*\n$/)
        }).pipe(
          Effect.provide(Database.layer({ file: join(cwd, "tidemark.duckdb"), access: "write", memoryLimit: "256MB" })),
        )
      }),
  )

  it.scopedLive("of another machine holds while it gives signs of life, and no longer", () =>
    Effect.gen(function* () {
      const { lock, place } = yield* workplace
      const now = Date.now()
      writeFileSync(lock, writtenBy("host-b", new Date(now)))
      const refused = yield* runProgram(nightly, place)
      expect(refused).toMatchObject({ code: 75, stdout: "" })
      expect(refused.stderr).toMatch(/^tidemark: another run holds tidemark\.duckdb: tidemark sync.* on host-b.*\n$/)
      expect(existsSync(join(place.cwd, "tidemark.duckdb"))).toBe(false)
      writeFileSync(lock, writtenBy("host-b", new Date(now - 120_000)))
      expect(yield* runProgram(nightly, place)).toMatchObject({ code: 0, stderr: "" })
      expect(existsSync(lock)).toBe(false)
    }),
  )

  it.scopedLive("that is damaged holds nobody up", () =>
    Effect.gen(function* () {
      const { lock, place } = yield* workplace
      writeFileSync(lock, '{"user":"bob","host":"')
      expect(yield* runProgram(nightly, place)).toMatchObject({ code: 0, stderr: "" })
      expect(existsSync(lock)).toBe(false)
    }),
  )

  it.scopedLive("lets one of two nights that begin together through", () =>
    Effect.gen(function* () {
      const { lock, place } = yield* workplace
      const both = yield* Effect.all([Effect.fork(runProgram(nightly, place)), Effect.fork(runProgram(nightly, place))])
      const codes = (yield* Fiber.joinAll(both)).map(({ code }) => code)
      // The second may have begun when the first had ended.
      expect([0, 75]).toEqual(expect.arrayContaining(codes))
      expect(codes).toContain(0)
      expect(existsSync(lock)).toBe(false)
    }),
  )
})
