import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { streams } from "../../../src/api/streams.ts"
import { holdOpen } from "../../support/other-process.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, runProgram } from "./program.ts"
import { clientSecret, serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { filesIn, sha256 } from "./working-folder.ts"

interface Report {
  readonly exitCode: number
  readonly checks: ReadonlyArray<{
    readonly check: string
    readonly state: string
    readonly detail: string
    readonly remedy: string | null
  }>
}

const reportOf = (ended: Ended): Report => {
  const report = JSON.parse(ended.stdout) as Report
  expect(ended.code).toBe(report.exitCode)
  return report
}

const failed = (report: Report) => report.checks.filter(({ state }) => state === "fail").map(({ check }) => check)
const checkOf = (report: Report, check: string) => report.checks.find((one) => one.check === check)

const served = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const world = yield* serveWorld(smallWorld())
  yield* writeRoster(join(cwd, "customers.csv"), world.world)
  return { cwd, ...world }
})

const nobody = {
  OCEAFIN_PARTNER_API_BASE_URL: "http://127.0.0.1:1",
  OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
  OCEAFIN_PARTNER_API_CLIENT_SECRET: "never-used-secret",
}

const doctor = ["doctor", "--customers", "customers.csv", "--json"]

describe("doctor", () => {
  it.scopedLive("finds all well before the first night and after it, and writes nothing", () =>
    Effect.gen(function* () {
      const { baseUrl, cwd, env } = yield* served
      const before = reportOf(yield* runProgram(doctor, { cwd, env }))
      expect(failed(before)).toEqual([])
      expect(readdirSync(cwd)).toEqual(["customers.csv"])
      const lists = before.checks.filter(({ check }) => check.startsWith("list "))
      expect(lists.map(({ check }) => check)).toEqual(streams.map(({ stream }) => `list ${stream}`))

      expect((yield* runProgram(["nightly", "--customers", "customers.csv"], { cwd, env })).code).toBe(0)
      const bytes = () => filesIn(cwd).map((file) => [file, sha256(readFileSync(file))])
      const stored = bytes()
      // Without a customers' file, a customer of the store is asked for.
      const ended = yield* runProgram(["doctor"], { cwd, env })
      expect(ended.code).toBe(0)
      expect(ended.stderr).toBe("")
      expect(ended.stdout).toMatch(/^ok +database +tidemark\.duckdb can be read; tables of \d{4}-/m)
      expect(ended.stdout).toMatch(/^ok +list transactions +\d+ records on its first page/m)
      expect(bytes()).toEqual(stored)
      for (const value of [clientSecret, baseUrl]) expect(ended.stdout + JSON.stringify(before)).not.toContain(value)
    }),
  )

  it.scopedLive("ends with what failed first: configuration 78, credentials 77, API 75, rights 2", () =>
    Effect.gen(function* () {
      const { cwd, env } = yield* served
      writeFileSync(join(cwd, "a-file"), "")
      const wrong = { ...env, OCEAFIN_PARTNER_API_CLIENT_SECRET: "wrong-secret-77" }
      const out = ["--out", "a-file"]

      const rights = reportOf(yield* runProgram([...doctor, ...out], { cwd, env }))
      expect([rights.exitCode, failed(rights)]).toEqual([2, ["folder of --out"]])

      const api = reportOf(yield* runProgram([...doctor, ...out], { cwd, env: nobody }))
      expect([api.exitCode, failed(api)]).toEqual([75, ["folder of --out", "API"]])

      const refused = yield* runProgram([...doctor, ...out], { cwd, env: wrong })
      expect([refused.code, failed(reportOf(refused))]).toEqual([77, ["folder of --out", "credentials"]])
      expect(refused.stdout).not.toContain("wrong-secret-77")

      writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ pageSiz: 50 }))
      const configuration = reportOf(yield* runProgram([...doctor, ...out], { cwd, env: wrong }))
      expect(configuration.exitCode).toBe(78)
      expect(checkOf(configuration, "configuration")?.detail).toMatch(/^tidemark\.json: pageSiz is not a key/)
      expect(checkOf(configuration, "API")).toMatchObject({ state: "warn" })
    }),
  )

  it.scopedLive("names what is not set in the environment, and which customers it lacks", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { OCEAFIN_PARTNER_API_CLIENT_ID: _, ...others } = nobody
      const report = reportOf(yield* runProgram(["doctor", "--json"], { cwd, env: others }))
      expect(failed(report)).toEqual(["environment", "customers"])
      expect(checkOf(report, "environment")?.detail).toBe("not set in the environment: OCEAFIN_PARTNER_API_CLIENT_ID")
      expect(checkOf(report, "customers")?.remedy).toContain("--customers")
      expect(report.exitCode).toBe(78)
    }),
  )

  it.scopedLive("does not disturb a run that is under way, and says that there is one", () =>
    Effect.gen(function* () {
      const { cwd, env } = yield* served
      yield* holdOpen(join(cwd, "tidemark.duckdb"))
      const report = reportOf(yield* runProgram(doctor, { cwd, env }))
      expect(checkOf(report, "database")).toMatchObject({
        state: "warn",
        detail: expect.stringContaining("open for writing"),
      })
      expect(failed(report)).toEqual([])

      const ofItsOwn = reportOf(yield* runProgram(["doctor", "--json"], { cwd, env }))
      expect(checkOf(ofItsOwn, "customers")).toMatchObject({
        state: "warn",
        detail: "the database could not be opened, so none of its customers could be asked for",
      })
      expect(failed(ofItsOwn)).toEqual([])
    }),
  )

  it.scopedLive("finds fault with a file that is no database", () =>
    Effect.gen(function* () {
      const { cwd, env } = yield* served
      writeFileSync(join(cwd, "tidemark.duckdb"), "this is no database".repeat(1000))
      const report = reportOf(yield* runProgram(doctor, { cwd, env }))
      expect([report.exitCode, failed(report)]).toEqual([2, ["database"]])
      expect(checkOf(report, "database")?.detail).toBe("tidemark.duckdb is not a DuckDB database")
    }),
  )
})
