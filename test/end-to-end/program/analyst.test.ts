import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Context, Effect, Layer } from "effect"
import type { World } from "../../../src/sandbox/world.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { reportsIn, rowsOf, sha256 } from "./working-folder.ts"

interface Steps {
  readonly cwd: string
  readonly world: World
  readonly synced: Ended
  readonly runsAfterSync: Ended
  readonly reportedTooEarly: Ended
  readonly reconciled: readonly [Ended, Ended]
  readonly exceptionsAfter: readonly [unknown, unknown]
  readonly reported: Ended
}

class StepByStep extends Context.Tag("test/StepByStep")<StepByStep, Steps>() {}

const everyException = `SELECT e.*, (SELECT count(*) FROM recon.exception_events) AS events
  FROM recon.exceptions AS e ORDER BY exception_id`

const stepByStep = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const { env, world } = yield* serveWorld(smallWorld({ breaks: "all" }))
  yield* writeRoster(join(cwd, "customers.csv"), world)
  const db = join(cwd, "tidemark.duckdb")
  const synced = yield* runProgram(["sync", "--customers", "customers.csv", "--json"], { cwd, env })
  // From here on nothing is asked of the API: no credentials are given.
  const runsAfterSync = yield* runProgram(["runs", "--json"], { cwd })
  const reportedTooEarly = yield* runProgram(["report"], { cwd })
  const once = yield* runProgram(["reconcile", "--json"], { cwd })
  const afterOnce = yield* rowsOf(db, everyException)
  const twice = yield* runProgram(["reconcile", "--json"], { cwd })
  const afterTwice = yield* rowsOf(db, everyException)
  const reported = yield* runProgram(["report"], { cwd })
  return {
    cwd,
    world,
    synced,
    runsAfterSync,
    reportedTooEarly,
    reconciled: [once, twice] as const,
    exceptionsAfter: [afterOnce, afterTwice] as const,
    reported,
  }
})

const sql = (...args: ReadonlyArray<string>) =>
  Effect.flatMap(StepByStep, ({ cwd }) => runProgram(["sql", ...args], { cwd }))

layer(Layer.scoped(StepByStep, stepByStep), { excludeTestServices: true, timeout: 120_000 })("step by step,", (it) => {
  it.effect("sync ends with 0, prints its summary as JSON, and the run is on record as synced", () =>
    Effect.gen(function* () {
      const { runsAfterSync, synced } = yield* StepByStep
      expect(synced.code).toBe(0)
      expect(synced.stderr).toMatch(/^COMPLETE: /)
      const summary = JSON.parse(synced.stdout)
      expect(JSON.parse(runsAfterSync.stdout)).toMatchObject([
        { run_id: summary.runId, state: "synced", coverage: "COMPLETE", partitions: 34, partitions_proven: 34 },
      ])
      // Nothing was judged yet: nothing is called clean, and nothing is counted as no exception.
      expect(summary.verdict).toBeNull()
      expect(summary).not.toHaveProperty("exceptions")
      expect(summary).not.toHaveProperty("unproven")
    }),
  )

  it.effect("report before reconcile ends with 2, names the remedy, and writes nothing", () =>
    Effect.gen(function* () {
      const { reportedTooEarly } = yield* StepByStep
      expect(reportedTooEarly.code).toBe(2)
      expect(reportedTooEarly.stdout).toBe("")
      expect(reportedTooEarly.stderr).toMatch(/^tidemark: .*tidemark\.js reconcile.*\n$/)
    }),
  )

  it.effect("reconcile ends with 3, asks the API nothing, and a second time changes nothing", () =>
    Effect.gen(function* () {
      const { exceptionsAfter, reconciled } = yield* StepByStep
      const [once, twice] = reconciled
      expect(once.code).toBe(3)
      expect(JSON.parse(once.stdout).verdict).toBe("EXCEPTIONS")
      expect(twice).toEqual(once)
      expect(exceptionsAfter[1]).toEqual(exceptionsAfter[0])
      expect(exceptionsAfter[0]).not.toEqual([])
    }),
  )

  it.effect("report ends with 3, writes the folder, and writes the same bytes again", () =>
    Effect.gen(function* () {
      const { cwd, reported } = yield* StepByStep
      expect(reported.code).toBe(3)
      const latest = join(cwd, "tidemark-out", "latest")
      expect(existsSync(join(latest, "manifest.json"))).toBe(true)
      const hashes = () => [...reportsIn(latest).values()].map((csv) => [csv.name, sha256(csv.bytes)])
      const before = hashes()
      expect((yield* runProgram(["report", "--quiet"], { cwd })).code).toBe(3)
      expect(hashes()).toEqual(before)
    }),
  )

  it.effect("runs lists the run as a table, with what became of it", () =>
    Effect.gen(function* () {
      const { cwd, synced } = yield* StepByStep
      const { code, stdout } = yield* runProgram(["runs"], { cwd })
      expect(code).toBe(0)
      expect(stdout.split("\n")[0]).toMatch(/^run +began +state +coverage/)
      expect(stdout.split("\n")[2]).toMatch(new RegExp(`^${JSON.parse(synced.stdout).runId} .*reported +COMPLETE`))
    }),
  )

  it.effect("checks lists every code that a report may carry", () =>
    Effect.gen(function* () {
      const { cwd } = yield* StepByStep
      const [asTable, asJson] = yield* Effect.all(
        [runProgram(["checks"], { cwd }), runProgram(["checks", "--json"], { cwd })],
        { concurrency: 2 },
      )
      expect([asTable.code, asJson.code]).toEqual([0, 0])
      const checks: ReadonlyArray<{ readonly code: string; readonly definition: string }> = JSON.parse(asJson.stdout)
      for (const { code, definition } of checks) {
        expect(asTable.stdout).toContain(code)
        expect(definition).toMatch(/\.$/)
      }
      const codes = new Set(checks.map(({ code }) => code))
      const carried = reportsIn(join(cwd, "tidemark-out", "latest")).get("exceptions")
      expect(carried?.rows.map((row) => row[1]).filter((code) => !codes.has(code ?? ""))).toEqual([])
    }),
  )

  it.effect("checks --explain says of a check what it goes by, for a person and as JSON", () =>
    Effect.gen(function* () {
      const { cwd } = yield* StepByStep
      const [asText, asJson] = yield* Effect.all(
        [
          runProgram(["checks", "--explain", "cov_late_arrival"], { cwd }),
          runProgram(["checks", "--explain", "COV_LATE_ARRIVAL", "--json"], { cwd }),
        ],
        { concurrency: 2 },
      )
      expect([asText.code, asJson.code]).toEqual([0, 0])
      const about = JSON.parse(asJson.stdout)
      expect(about).toMatchObject({
        code: "COV_LATE_ARRIVAL",
        severity: "low",
        numbers: { limitHours: 1 },
        graceMinutes: null,
      })
      for (const text of [about.definition, about.finds, about.silent, about.action, about.query]) {
        expect(asText.stdout).toContain(text)
      }
    }),
  )

  it.effect("sql prints decimals exactly in every format", () =>
    Effect.gen(function* () {
      const { world } = yield* StepByStep
      const deposit = world.customers
        .flatMap(({ customerId }) => world.list(customerId, "crypto_deposits"))
        .find((record) => /\.\d{18}$/.test(String(record.amount)))
      const amount = String(deposit?.amount)
      expect(amount).toMatch(/\.\d{18}$/)
      const statement = `SELECT amount, 0.1 + 0.2 AS sum, 9007199254740993 AS big
        FROM main.crypto_deposits WHERE deposit_id = '${String(deposit?.depositId)}'`
      const [table, csv, json] = yield* Effect.forEach(
        ["table", "csv", "json"],
        (format) => sql("--format", format, statement),
        { concurrency: 3 },
      )
      expect([table?.code, csv?.code, json?.code]).toEqual([0, 0, 0])
      expect(table?.stdout.split("\n")[2]?.trim().split(/ +/)).toEqual([amount, "0.3", "9007199254740993"])
      expect(csv?.stdout).toBe(`amount,sum,big\r\n${amount},0.3,9007199254740993\r\n`)
      expect(json?.stdout).toContain(`"amount":"${amount}"`)
      expect(json?.stdout).toContain('"big":9007199254740993')
      expect(JSON.parse(json?.stdout ?? "")).toHaveLength(1)
    }),
  )

  it.effect("sql prints text that spans lines as one cell of CSV, and one line of a table", () =>
    Effect.gen(function* () {
      const statement = "SELECT 'one' || chr(13) || chr(10) || 'two, \"three\"' AS text, 4 AS number"
      const csv = yield* sql("--format", "csv", statement)
      expect(parse(csv.stdout)).toEqual([
        ["text", "number"],
        ['one\r\ntwo, "three"', "4"],
      ])
      const table = yield* sql(statement)
      expect(table.stdout.trimEnd().split("\n")).toHaveLength(3)
    }),
  )

  it.effect("sql refuses to write, with 2 and a sentence that says why", () =>
    Effect.gen(function* () {
      const { cwd } = yield* StepByStep
      const before = sha256(readFileSync(join(cwd, "analytics.duckdb")))
      const refused = yield* Effect.forEach(
        [
          "INSERT INTO main.customers VALUES ('c', 'r', NULL, 'a', 'b')",
          "DELETE FROM recon.exceptions",
          "CREATE TABLE mine (a INTEGER)",
        ],
        (statement) => sql(statement),
        { concurrency: 2 },
      )
      for (const { code, stderr, stdout } of refused) {
        expect(code).toBe(2)
        expect(stdout).toBe("")
        expect(stderr).toContain("read-only")
      }
      expect(sha256(readFileSync(join(cwd, "analytics.duckdb")))).toBe(before)
    }),
  )

  it.effect("sql writes no file either: it reads", () =>
    Effect.gen(function* () {
      const { cwd } = yield* StepByStep
      const ended = yield* sql("COPY (SELECT 1 AS a) TO 'written-by-sql.csv'")
      expect(readdirSync(cwd)).not.toContain("written-by-sql.csv")
      expect(ended.code).toBe(2)
    }),
  )

  it.effect("sql ends with 2 on SQL that is wrong, and shows where", () =>
    Effect.gen(function* () {
      const misspelt = yield* sql("SELEC 1")
      expect(misspelt).toMatchObject({ code: 2, stdout: "" })
      expect(misspelt.stderr).toContain('"SELEC"')
      const strange = yield* sql("SELECT nonsense FROM main.customers")
      expect(strange).toMatchObject({ code: 2, stdout: "" })
      expect(strange.stderr).toContain('"nonsense"')
    }),
  )

  it.effect("sql ends with 2 where there is no snapshot, and names the remedy", () =>
    Effect.gen(function* () {
      const ended = yield* sql("--db", "elsewhere/tidemark.duckdb", "SELECT 1")
      expect(ended).toMatchObject({ code: 2, stdout: "" })
      expect(ended.stderr).toMatch(/elsewhere.*tidemark\.js nightly/)
    }),
  )

  it.effect("sql prints the header of a result without rows", () =>
    Effect.gen(function* () {
      const ended = yield* sql("--format", "csv", "SELECT 1 AS a, 2 AS b WHERE FALSE")
      expect(ended).toMatchObject({ code: 0, stdout: "a,b\r\n" })
    }),
  )

  it.effect("sql loses no column where two have one name", () =>
    Effect.gen(function* () {
      const ended = yield* sql("--format", "csv", "SELECT 1 AS a, 2 AS a")
      expect(ended.code).toBe(0)
      expect(parse(ended.stdout)[1]).toEqual(["1", "2"])
    }),
  )

  it.effect("sql refuses a second statement instead of leaving it out without a word", () =>
    Effect.gen(function* () {
      const ended = yield* sql("SELECT 1 AS a; SELECT 2 AS b")
      expect(ended.code).toBe(2)
    }),
  )
})
