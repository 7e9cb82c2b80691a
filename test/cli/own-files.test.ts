import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { serveWorld, smallWorld, writeRoster } from "../end-to-end/program/served-world.ts"
import { reportsIn } from "../end-to-end/program/working-folder.ts"
import { runInProcess } from "../support/in-process.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const examples = fileURLToPath(new URL("../../docs/examples/", import.meta.url))
const code = "OWN_PAYOUT_SOON"

/** A folder with the documented examples, and a configuration that names them. */
const workingFolder = (settings: Readonly<Record<string, unknown>> = {}) =>
  Effect.map(temporaryFolder, (cwd) => {
    cpSync(examples, cwd, { recursive: true })
    const configuration = { ownChecks: "checks", ownReports: ["reports"], startPatienceMinutes: 0, ...settings }
    writeFileSync(join(cwd, "tidemark.json"), JSON.stringify(configuration))
    return cwd
  })

const nobody = {
  OCEAFIN_PARTNER_API_BASE_URL: "http://127.0.0.1:1",
  OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
  OCEAFIN_PARTNER_API_CLIENT_SECRET: "never-used-secret",
}

const report = (...lines: ReadonlyArray<string>): string =>
  ["-- title: T", "-- about: A.", "-- columns: n integer", "-- order: n", "", ...lines].join("\n")

describe("checks and reports of the partner's own", () => {
  it.scopedLive.each([
    ["checks/OWN_FOLDER.sql", /checks\/OWN_FOLDER\.sql: is no file that this account can read; correct its rights, or/],
    ["reports/folder.sql", /reports\/folder\.sql: is a folder; name one file\. Take it out of the folder\./],
  ] as const)(
    "are files: a folder of that name, %s, ends a night with 78 before anything is asked",
    ([name, sentence]) =>
      Effect.gen(function* () {
        const cwd = yield* workingFolder()
        mkdirSync(join(cwd, name))
        writeFileSync(join(cwd, "customers.csv"), "customerId,partnerCustomerRef\nc-1,A\n")
        const night = yield* runInProcess(["nightly", "--customers", "customers.csv"], { cwd, env: nobody })
        expect(night).toMatchObject({ code: 78, stdout: "" })
        expect(night.stderr).toMatch(sentence)
      }),
  )

  it.scopedLive("get what the program's own get: ids, settings, life, acts, explanations, files", () =>
    Effect.gen(function* () {
      const cwd = yield* workingFolder({ checks: { [code]: { severity: "critical", windowHours: 100_000 } } })
      const { env, world } = yield* serveWorld(smallWorld({ breaks: "none", days: 40 }))
      yield* writeRoster(join(cwd, "customers.csv"), world)
      writeFileSync(join(cwd, "reports", "coverage.sql"), report("SELECT 42 AS n"))
      const unreadable = "SELECT CAST('of ' || customer_id AS INTEGER) AS n FROM main.customers"
      writeFileSync(join(cwd, "reports", "fails.sql"), report(unreadable))
      const run = (...args: ReadonlyArray<string>) => runInProcess(args, { cwd, env })
      const night = yield* run("nightly", "--customers", "customers.csv", "--json", "--quiet")
      expect(night.code).toBe(78)
      expect(night.stderr).toMatch(/reports\/fails\.sql was not written: Conversion Error/)
      const summary = JSON.parse(night.stdout) as {
        readonly byCode: ReadonlyArray<{ readonly code: string; readonly severity: string; readonly count: number }>
        readonly notes: ReadonlyArray<string>
        readonly failedReports: ReadonlyArray<{ readonly name: string }>
      }
      expect(summary.failedReports.map(({ name }) => name)).toEqual(["fails"])
      expect(summary.notes).toContainEqual(
        expect.stringContaining("coverage.sql stands in the place of the shipped report"),
      )

      const [found] = summary.byCode.filter((row) => row.code === code)
      expect(found).toMatchObject({ severity: "critical" })
      expect(found?.count).toBeGreaterThan(0)

      const reports = reportsIn(join(cwd, "tidemark-out", "latest"))
      expect(reports.get("coverage")?.rows).toEqual([["42"]])
      expect(reports.has("fails")).toBe(false)
      expect(reports.get("exceptions")?.rows.length).toBe(found?.count)
      expect(reports.get("exceptions_by_customer")?.rows.length).toBeGreaterThan(0)

      expect((yield* run("checks", "--explain", code)).stdout).toContain("nine tenths")
      expect((yield* run("checks")).stdout).toMatch(new RegExp(`^${code} +critical +own`, "m"))
      const listed = yield* run("exceptions", "list", "--code", code, "--format", "json")
      const [{ exception_id }] = JSON.parse(listed.stdout) as [{ exception_id: string }]
      expect((yield* run("exceptions", "show", exception_id)).stdout).toContain("went out at")
      const act = yield* run("exceptions", "write-off", "--code", code, "--reason", "known")
      expect(act.stderr).toContain(`${found?.count} exception`)
      const again = yield* run("reconcile", "--json")
      expect(JSON.parse(again.stdout)).toMatchObject({ verdict: "ACCEPTED" })
    }),
  )

  const badChecks = [
    [
      "severity: grave",
      (text: string) => text.replace("severity: medium", "severity: grave"),
      /SOON\.sql, line 1: severity is one of/,
    ],
    [
      "a query that names no column",
      (text: string) => text.replace("AS deposited,", "AS deposited, w.nothing,"),
      /SOON\.sql, line 14: DuckDB cannot run/,
    ],
    [
      "a type that cannot be",
      (text: string) => text.replace("amount AS actual", "'much' AS at_stake, now() AS actual"),
      /SOON\.sql, line 10: the query gives at_stake as VARCHAR/,
    ],
    [
      "a statement that writes",
      (text: string) => `${text.slice(0, text.indexOf("WITH settled"))}DELETE FROM main.customers`,
      /SOON\.sql: DuckDB cannot run/,
    ],
  ] as const

  it.scopedLive.each(badChecks)("a wrong check, by %s, ends with 78 before anything is read", ([, spoil, said]) =>
    Effect.gen(function* () {
      const cwd = yield* workingFolder()
      const file = join(cwd, "checks", `${code}.sql`)
      writeFileSync(file, spoil(readFileSync(file, "utf8")))
      writeFileSync(join(cwd, "customers.csv"), "customerId,partnerCustomerRef\nc-1,ref-1\n")
      const ended = yield* runInProcess(["nightly", "--customers", "customers.csv"], { cwd, env: nobody })
      expect([ended.code, ended.stderr]).toEqual([78, expect.stringMatching(said)])
    }),
  )

  it.scopedLive("a code of the program's own, a wrong report and a folder that is not there end with 78 too", () =>
    Effect.gen(function* () {
      const cwd = yield* workingFolder()
      writeFileSync(join(cwd, "customers.csv"), "customerId,partnerCustomerRef\nc-1,ref-1\n")
      const nightly = () => runInProcess(["nightly", "--customers", "customers.csv"], { cwd, env: nobody })
      writeFileSync(join(cwd, "reports", "mine.sql"), report("SELECT nothing AS n"))
      const wrongReport = yield* nightly()
      expect([wrongReport.code, wrongReport.stderr]).toEqual([78, expect.stringContaining("mine.sql")])
      writeFileSync(join(cwd, "reports", "mine.sql"), report("SELECT count(*) AS n FROM read_text('customers.csv')"))
      const reaching = yield* nightly()
      expect([reaching.code, reaching.stderr]).toEqual([78, expect.stringContaining("may not run: it calls read_text")])
      cpSync(join(cwd, "checks", `${code}.sql`), join(cwd, "checks", "BAL_INCEPTION.sql"))
      const taken = yield* nightly()
      expect([taken.code, taken.stderr]).toEqual([78, expect.stringContaining("one of tidemark's own checks")])
      writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ ownChecks: "elsewhere" }))
      const absent = yield* nightly()
      const doctor = yield* runInProcess(["doctor"], { cwd, env: nobody })
      expect([doctor.code, doctor.stdout]).toEqual([78, expect.stringContaining("elsewhere: is no folder")])
      expect([absent.code, absent.stderr]).toEqual([78, expect.stringContaining("elsewhere: is no folder")])
    }),
  )

  it.scopedLive("that no setting names are said not to be used", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      mkdirSync(join(cwd, "reports"))
      writeFileSync(join(cwd, "reports", "mine.sql"), report("SELECT 1 AS n"))
      const { stdout } = yield* runInProcess(["doctor"], { cwd })
      expect(stdout).toMatch(/^warn +own files +1 file in reports\/ is not used; .*"ownReports": "reports"/m)
    }),
  )
})
