import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import type { Answer } from "../../../src/sandbox/server/answer.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram, startProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { rowsOf } from "./working-folder.ts"

const nightly = ["nightly", "--customers", "customers.csv"]

/** An answer that says to come back later than any test lasts. */
const comeBackLater: Answer = { status: 429, code: null, headers: { "retry-after": "290" }, body: "" }

/**
 * A night that is certainly running: its API has answered everything about the first customer, and about the second it
 * answers nothing, or that it wants to be asked later, until `letGo`. The program would wait longer than any test lasts.
 */
const nightUnderWayBy = (hold: Effect.Effect<Answer>) =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const world = smallWorld({ customers: 3 })
    const [, second] = world.customers
    const asked = yield* Deferred.make<void>()
    const state = { holds: false }
    const { env } = yield* serveWorld(world, {
      disturb: (request, answer) =>
        state.holds && request.url.includes(second?.customerId ?? "none")
          ? Effect.zipRight(Deferred.succeed(asked, undefined), hold)
          : answer,
    })
    yield* writeRoster(join(cwd, "customers.csv"), world)
    writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ requestTimeoutSeconds: 3600 }))
    const place = { cwd, env }
    return {
      db: join(cwd, "tidemark.duckdb"),
      place,
      begin: Effect.gen(function* () {
        state.holds = true
        const night = yield* startProgram(nightly, place)
        yield* Deferred.await(asked)
        return night
      }),
      letGo: Effect.sync(() => {
        state.holds = false
      }),
    }
  })

const nightUnderWay = nightUnderWayBy(Effect.never)

interface RunRow {
  readonly run_id: string
  readonly state: string
  readonly coverage: string | null
  readonly detail: string | null
  readonly pages: bigint | null
  readonly kept: bigint
}

const runsIn = (db: string) =>
  rowsOf<RunRow>(
    db,
    `SELECT run_id, state, coverage, detail, pages,
       (SELECT count(*) FROM raw.pages AS p WHERE p.run_id = r.run_id) AS kept
     FROM recon.runs AS r ORDER BY started_at`,
  )

describe("a night that runs", () => {
  it.scopedLive("keeps another night out with 75, and nobody who reads the snapshot", () =>
    Effect.gen(function* () {
      const { begin, place } = yield* nightUnderWay
      const before = yield* runProgram(nightly, place)
      expect(before.code).toBe(0)
      yield* begin
      const other = yield* runProgram(nightly, place)
      expect(other).toMatchObject({ code: 75, stdout: "" })
      expect(other.stderr).toMatch(/^tidemark: another run holds tidemark\.duckdb: tidemark nightly, started .*\n$/)
      const sql = yield* runProgram(["sql", "--format", "csv", "SELECT count(*) AS runs FROM recon.runs"], place)
      expect(sql).toEqual({ code: 0, signal: null, stdout: "runs\r\n1\r\n", stderr: "" })
      const runs = yield* runProgram(["runs", "--json"], place)
      expect(JSON.parse(runs.stdout)).toMatchObject([{ state: "reported" }])
    }),
  )
})

describe("a night that is interrupted (SIGINT)", () => {
  it.scopedLive(
    "ends with 130, keeps what was read, is on record as interrupted, and goes on when it is run again",
    () =>
      Effect.gen(function* () {
        const { begin, db, letGo, place } = yield* nightUnderWay
        const night = yield* begin
        yield* night.send("SIGINT")
        const ended = yield* night.ended
        expect(ended).toMatchObject({ code: 130, signal: null, stdout: "" })
        const [interrupted] = yield* runsIn(db)
        expect(interrupted).toMatchObject({ state: "interrupted", coverage: "PARTIAL" })
        expect(interrupted?.detail).toMatch(/interrupted/)
        expect(interrupted?.pages).toBe(interrupted?.kept)

        yield* letGo
        const next = yield* runProgram(nightly, place)
        expect(next.code).toBe(0)
        expect(next.stderr).toMatch(/^CLEAN: /)
        expect(yield* runsIn(db)).toMatchObject([
          { run_id: interrupted?.run_id, state: "reported", coverage: "COMPLETE" },
        ])
      }),
  )

  for (const step of ["reconciling", "reporting"]) {
    it.scopedLive(`goes on where it was, asking for nothing again, after it was killed while ${step}`, () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const world = smallWorld({ customers: 2 })
        const { env } = yield* serveWorld(world)
        yield* writeRoster(join(cwd, "customers.csv"), world)
        const db = join(cwd, "tidemark.duckdb")
        const place = { cwd, env }
        const night = yield* startProgram([...nightly, "--log-format", "json"], place)
        yield* night.telling(new RegExp(`"${step}"`))
        yield* night.send("SIGKILL")
        yield* night.ended
        const [killed, ...none] = yield* runsIn(db)
        expect(none).toEqual([])
        expect(["synced", "reconciled"]).toContain(killed?.state)

        const next = yield* runProgram([...nightly, "--json"], place)
        expect(next.code).toBe(0)
        const { requests, resumed } = JSON.parse(next.stdout)
        const [before] = yield* rowsOf<{ requests: bigint }>(db, "SELECT requests FROM recon.runs")
        expect([resumed, BigInt(requests)]).toEqual([1, before?.requests])
        expect(yield* runsIn(db)).toEqual([{ ...killed, state: "reported" }])
      }),
    )
  }

  it.scopedLive("is left alone by --fresh, which begins a new run", () =>
    Effect.gen(function* () {
      const { begin, db, letGo, place } = yield* nightUnderWay
      const night = yield* begin
      yield* night.send("SIGINT")
      yield* night.ended
      yield* letGo
      const next = yield* runProgram([...nightly, "--fresh"], place)
      expect(next.code).toBe(0)
      expect(yield* runsIn(db)).toMatchObject([{ state: "interrupted" }, { state: "reported", coverage: "COMPLETE" }])
    }),
  )

  it.scopedLive("says on stderr that it was interrupted, and that what was committed is kept", () =>
    Effect.gen(function* () {
      const { begin } = yield* nightUnderWay
      const night = yield* begin
      yield* night.send("SIGINT")
      expect((yield* night.ended).stderr).toMatch(/^tidemark: interrupted.*kept; run the same command again.*\n$/)
    }),
  )

  it.scopedLive("ends the same way on SIGTERM, with 143", () =>
    Effect.gen(function* () {
      const { begin, db } = yield* nightUnderWay
      const night = yield* begin
      yield* night.send("SIGTERM")
      const ended = yield* night.ended
      expect(ended).toMatchObject({ code: 143, signal: null })
      expect(ended.stderr).toMatch(/^tidemark: interrupted \(SIGTERM\).*kept; run the same command again.*\n$/)
      expect(yield* runsIn(db)).toMatchObject([{ state: "interrupted" }])
    }),
  )

  it.scopedLive("does not wait for the next try of a request", () =>
    Effect.gen(function* () {
      const { begin, db } = yield* nightUnderWayBy(Effect.succeed(comeBackLater))
      const night = yield* begin
      // Time for the answer to arrive; where it does not, the run is interrupted in the request instead.
      yield* Effect.sleep("500 millis")
      yield* night.send("SIGINT")
      expect(yield* night.ended).toMatchObject({ code: 130, signal: null })
      expect(yield* runsIn(db)).toMatchObject([{ state: "interrupted" }])
    }),
  )

  it.scopedLive("may be interrupted twice: whatever the second one cuts short, the next night is whole", () =>
    Effect.gen(function* () {
      const { begin, letGo, place } = yield* nightUnderWay
      const night = yield* begin
      yield* night.send("SIGINT")
      yield* night.send("SIGINT")
      const ended = yield* night.ended
      // The second ends the process at once, unless the first had done so already.
      expect([130, "SIGINT"]).toContain(ended.signal ?? ended.code)
      yield* letGo
      const next = yield* runProgram(nightly, place)
      expect(next.code).toBe(0)
      expect(next.stderr).toMatch(/^CLEAN: /)
    }),
  )
})

describe("a night whose process is killed (SIGKILL)", () => {
  it.scopedLive("leaves a store that opens, and is whole when it is run again", () =>
    Effect.gen(function* () {
      const { begin, db, letGo, place } = yield* nightUnderWay
      const night = yield* begin
      yield* night.send("SIGKILL")
      expect(yield* night.ended).toMatchObject({ code: null, signal: "SIGKILL" })

      yield* letGo
      const next = yield* runProgram(nightly, place)
      expect(next.code).toBe(0)
      expect(next.stderr).toMatch(/^CLEAN: /)
      // Killed before its first commit it left nothing to go on with, and a new run follows.
      const runs = yield* runsIn(db)
      expect(runs.at(-1)).toMatchObject({ state: "reported", coverage: "COMPLETE" })
      expect(runs.slice(0, -1).filter(({ state, kept }) => state !== "interrupted" || kept > 0n)).toEqual([])
      const twice = yield* rowsOf(
        db,
        "SELECT transaction_id FROM main.transactions GROUP BY transaction_id HAVING count(*) > 1",
      )
      expect(twice).toEqual([])
    }),
  )
})
