import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Readable } from "node:stream"
import { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { describe, expect, it, layer, vi } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { Outside } from "../../src/cli/outside.ts"
import { Database } from "../../src/store/database.ts"
import { migrationNames } from "../../src/store/migrations/migrate.ts"
import { serveWorld, smallWorld, writeRoster } from "../end-to-end/program/served-world.ts"
import { namesIn } from "../end-to-end/program/working-folder.ts"
import { runInProcess } from "../support/in-process.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const nobody = {
  OCEAFIN_PARTNER_API_BASE_URL: "http://127.0.0.1:1",
  OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
  OCEAFIN_PARTNER_API_CLIENT_SECRET: "never-used-secret",
}

const nightly = ["nightly", "--customers", "customers.csv"]

/** The one line on stderr, and the same as JSON on stdout. */
const expectJsonError = (ended: Effect.Effect.Success<ReturnType<typeof runInProcess>>, code: number) => {
  expect(ended.code).toBe(code)
  expect(ended.stderr).toMatch(/^tidemark: .+\n$/)
  const told = JSON.parse(ended.stdout) as { exitCode: number; error: string; run: string | null }
  expect(told).toMatchObject({ exitCode: code, error: ended.stderr.slice("tidemark: ".length, -1) })
  return told
}

describe("with --quiet --json, whatever goes wrong is one line on stderr and JSON on stdout:", () => {
  it.scopedLive("wrong usage, a missing environment, an API that is away and its run", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      writeFileSync(join(cwd, "customers.csv"), "customerId,partnerCustomerRef\nc-1,ref-1\n")
      const both = [...nightly, "--quiet", "--json"]
      expectJsonError(yield* runInProcess([...both, "--limit", "1"], { cwd }), 2)
      expect(expectJsonError(yield* runInProcess(both, { cwd }), 78).run).toBeNull()
      writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ startPatienceMinutes: 0 }))
      const { run } = expectJsonError(yield* runInProcess(both, { cwd, env: nobody }), 75)
      expect(run).toMatch(/^\d{8}T\d{9}Z-/)
    }),
  )

  it.scopedLive("exceptions, which end a night with 3 and a sentence", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld({ breaks: ["LED_FEE_MISMATCH"] }))
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const ended = yield* runInProcess([...nightly, "--quiet", "--json", "--fail-on", "medium"], { cwd, env })
      expect(ended.code).toBe(3)
      expect(ended.stderr).toMatch(/^tidemark: EXCEPTIONS: .* \(run \S+; .*\d+ medium.*\)\n$/)
      expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: 3, verdict: "EXCEPTIONS" })
    }),
  )
})

/** Looks at a statement without running it. */
const isLook = /EXPLAIN|DESCRIBE|json_serialize_sql/

/** Ends when DuckDB has begun to run a statement that says this. */
const underWay = (words: string): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    for (const way of ["run", "stream"] as const) {
      const given = DuckDBConnection.prototype[way]
      vi.spyOn(DuckDBConnection.prototype, way).mockImplementation(function (this: DuckDBConnection, ...asked) {
        if (asked[0].includes(words) && !isLook.test(asked[0])) resume(Effect.void)
        return given.apply(this, asked) as never
      })
    }
  }).pipe(Effect.ensuring(Effect.sync(() => void vi.restoreAllMocks())))

class AfterANight extends Context.Tag("test/AfterANight")<
  AfterANight,
  {
    readonly cwd: string
    readonly env: Readonly<Record<string, string>>
    readonly ended: { readonly code: number; readonly stderr: string }
  }
>() {}

/** A night by a link to a database that lies elsewhere. */
const afterANight = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const { env, world } = yield* serveWorld(smallWorld({ days: 3, breaks: ["REC_INVALID"] }))
  yield* writeRoster(join(cwd, "customers.csv"), world)
  mkdirSync(join(cwd, "store"))
  mkdirSync(join(cwd, "links"))
  symlinkSync(join("..", "store", "real.duckdb"), join(cwd, "links", "link.duckdb"))
  const ended = yield* runInProcess([...nightly, "--db", "links/link.duckdb"], { cwd, env, columns: 30 })
  return { cwd, env, ended }
})

layer(Layer.scoped(AfterANight, afterANight), { excludeTestServices: true, timeout: 120_000 })(
  "after a night by a link",
  (it) => {
    const paths = ["links/link.duckdb", "store/real.duckdb"]

    it.effect("what belongs to the database lies beside the file itself", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterANight
        expect(readdirSync(join(cwd, "links"))).toEqual(["link.duckdb"])
        expect(namesIn(join(cwd, "store"))).toEqual([
          ".analytics-n.duckdb",
          ".analytics-n.sealed",
          "analytics.duckdb",
          "real.duckdb",
          "real.duckdb.salt",
        ])
      }),
    )

    it.effect.each(paths)("every command works through %s", (db) =>
      Effect.gen(function* () {
        const { cwd, env } = yield* AfterANight
        const commands = [
          ["verify"],
          ["verify", "--run", "latest"],
          ["support-bundle", "--run", "latest"],
          ["doctor", "--json"],
          ["runs"],
          ["exceptions", "list"],
          ["books", "list"],
          ["sql", "SELECT 1"],
        ]
        for (const args of commands) {
          const { code, stderr } = yield* runInProcess([...args, "--db", db], { cwd, env })
          expect([args.join(" "), code, code === 0 ? "" : stderr]).toEqual([args.join(" "), 0, ""])
        }
        expect((yield* runInProcess([...nightly, "--db", db], { cwd, env })).code).toBe(3)
        expect(existsSync(join(cwd, "links", "link.duckdb.salt"))).toBe(false)
      }),
    )

    it.effect("the progress line was drawn, and never wider than the terminal", () =>
      Effect.gen(function* () {
        const { ended } = yield* AfterANight
        const drawn = ended.stderr.split("\r\u001b[K")
        expect(drawn.filter((line) => line.startsWith("reading ")).length).toBeGreaterThan(0)
        for (const line of drawn.slice(0, -1)) expect(line.length).toBeLessThan(30)
      }),
    )

    it.effect("unproven cases decide the exit code where --fail-on or the configuration names them", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterANight
        const reconcile = (...args: ReadonlyArray<string>) =>
          runInProcess(["reconcile", "--db", "store/real.duckdb", "--json", ...args], { cwd })
        const { unproven } = JSON.parse((yield* reconcile("--fail-on", "critical")).stdout) as { unproven: number }
        expect(unproven).toBeGreaterThan(0)
        const codes = [
          (yield* reconcile("--fail-on", "critical")).code,
          (yield* reconcile("--fail-on", "unproven")).code,
          (yield* reconcile("--fail-on", "critical", "--fail-on", "unproven")).code,
        ]
        writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ failOn: ["critical", "unproven"] }))
        codes.push((yield* reconcile()).code)
        writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ failOn: "critical" }))
        codes.push((yield* reconcile()).code)
        expect(codes).toEqual([0, 3, 3, 3, 0])
      }),
    )

    it.effect("a statement comes from the argument, a file or stdin, and its CSV ends lines as reports do", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterANight
        writeFileSync(join(cwd, "one.sql"), "-- one\nSELECT 1 AS a")
        const db = ["--db", "store/real.duckdb", "--format", "csv"]
        const sql = (...args: ReadonlyArray<string>) => runInProcess(["sql", ...db, ...args], { cwd })
        for (const args of [["-- one\nSELECT 1 AS a"], ["--file", "one.sql"]]) {
          expect(yield* sql(...args)).toEqual({ code: 0, stdout: "a\r\n1\r\n", stderr: "" })
        }
        const outside = yield* Outside
        const piped = Effect.provideService(sql(), Outside, { ...outside, stdin: Readable.from(["SELECT ", "1 AS a"]) })
        expect((yield* piped).stdout).toBe("a\r\n1\r\n")
        for (const args of [["-- nothing\n"], ["SELECT 1", "--file", "one.sql"], ["SELECT 1; SELECT 2"]]) {
          expect(yield* sql(...args)).toMatchObject({ code: 2, stdout: "" })
        }
      }),
    )

    it.effect.each([
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const)("%s ends a statement at once, in words that fit", ([signal, code]) =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterANight
        const endless = "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"
        const running = yield* Effect.fork(
          runInProcess(["sql", "--db", "store/real.duckdb", endless], {
            cwd,
            signal: Effect.as(underWay("10000000"), signal),
          }),
        )
        const ended = yield* Effect.timeout(Fiber.join(running), "20 seconds")
        expect(ended).toEqual({
          code,
          stdout: "",
          stderr: `tidemark: interrupted (${signal}); the statement was stopped; nothing was changed\n`,
        })
      }),
    )

    it.effect.each([
      ["report", "reports/endless.sql", "-- title: T\n-- about: A.\n-- columns: i integer\n-- order: i\n", "i"],
      [
        "report --only endless",
        "reports/endless.sql",
        "-- title: T\n-- about: A.\n-- columns: i integer\n-- order: i\n",
        "i",
      ],
      [
        "reconcile",
        "checks/OWN_ENDLESS.sql",
        "-- severity: low\n-- family: own\n-- definition: D.\n-- finds: F.\n-- silent: S.\n-- action: A.\n-- rests on: run\n",
        "'fiat_deposits' AS stream, CAST(i AS VARCHAR) AS record_id",
      ],
    ] as const)("a signal ends %s in an endless query of the partner's own, %s", ([words, file, header, columns]) =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterANight
        mkdirSync(join(cwd, dirname(file)), { recursive: true })
        const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n WHERE i < 10)"
        writeFileSync(join(cwd, file), `${header}\n${numbers} SELECT ${columns} FROM n\n`)
        const own = file.startsWith("checks") ? "ownChecks" : "ownReports"
        writeFileSync(join(cwd, "endless.json"), JSON.stringify({ [own]: dirname(file) }))
        const running = yield* Effect.fork(
          runInProcess([...words.split(" "), "--db", "store/real.duckdb", "--config", "endless.json"], {
            cwd,
            signal: Effect.as(underWay(numbers), "SIGTERM"),
          }),
        )
        const ended = yield* Effect.timeout(Fiber.join(running), "20 seconds")
        expect(ended).toMatchObject({ code: 143, stdout: "" })
        expect(ended.stderr).toMatch(/^tidemark: interrupted \(SIGTERM\); everything that was committed is kept/m)
      }),
    )

    it.effect(
      "a row of an own check that would count nowhere is refused with 78; one without detail is told by the definition",
      () =>
        Effect.gen(function* () {
          const { cwd } = yield* AfterANight
          for (const name of ["real.duckdb", "real.duckdb.salt"]) {
            cpSync(join(cwd, "store", name), join(cwd, "own-rows-store", name))
          }
          mkdirSync(join(cwd, "own-rows"))
          writeFileSync(join(cwd, "own-rows.json"), JSON.stringify({ ownChecks: "own-rows" }))
          const header = [
            "severity: low",
            "family: own",
            "definition: Rows are odd.",
            "finds: F.",
            "silent: S.",
            "action: A.",
            "rests on: run",
          ]
          const options = ["--db", "own-rows-store/real.duckdb", "--config", "own-rows.json"]
          const judgedBy = (columns: string) => {
            const query = `SELECT 'fiat_deposits' AS stream, ${columns}`
            writeFileSync(
              join(cwd, "own-rows", "OWN_ROW.sql"),
              [...header.map((line) => `-- ${line}`), query].join("\n"),
            )
            return runInProcess(["reconcile", ...options, "--quiet"], { cwd })
          }
          for (const [columns, sentence] of [
            ["NULL AS record_id", "a row has no record_id"],
            ["'r' AS record_id, 'maybe' AS outcome", "a row has the outcome maybe, which is not exception"],
            ["'r' AS record_id, 'grave' AS severity", "a row has the severity grave, which is none of critical"],
          ] as const) {
            const ended = yield* judgedBy(columns)
            expect(ended).toMatchObject({ code: 78, stdout: "" })
            expect(ended.stderr).toContain(`OWN_ROW.sql: the query fails on what was read: ${sentence}`)
          }
          yield* judgedBy("'r' AS record_id")
          const listed = yield* runInProcess(
            ["exceptions", "list", "--db", "own-rows-store/real.duckdb", "--code", "OWN_ROW", "--format", "json"],
            { cwd },
          )
          expect(JSON.parse(listed.stdout)).toMatchObject([{ severity: "low", detail: "Rows are odd." }])
        }),
    )

    it.effect("nobody's exceptions can be asked for, and an empty filter is refused before anything is done", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterANight
        const listed = yield* runInProcess(
          ["exceptions", "list", "--db", "store/real.duckdb", "--assignee", "unassigned", "--format", "json"],
          { cwd },
        )
        expect(JSON.parse(listed.stdout).length).toBeGreaterThan(0)
        const refused = yield* runInProcess(
          [
            "exceptions",
            "write-off",
            "--db",
            "store/real.duckdb",
            "--severity",
            "high",
            "--customer",
            "",
            "--reason",
            "x",
          ],
          { cwd },
        )
        expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--customer is empty") })
      }),
    )
  },
)

describe("a DuckDB database that is none of ours", () => {
  it.scopedLive("is told as that, and not as an old one", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const instance = yield* Effect.promise(() => DuckDBInstance.create(join(cwd, "other.duckdb")))
      yield* Effect.promise(async () => (await instance.connect()).run("CREATE TABLE t (a INTEGER)"))
      instance.closeSync()
      const ended = yield* runInProcess(["verify", "--db", "other.duckdb"], { cwd })
      expect(ended.code).toBe(2)
      expect(ended.stderr).toContain("other.duckdb is a DuckDB database, but none of tidemark's")
    }),
  )
})

describe("a store whose last migration is missing", () => {
  it.scopedLive("is told as that, with what brings it up to date, and doctor says so", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const file = join(cwd, "tidemark.duckdb")
      const last = migrationNames.at(-1) ?? ""
      yield* Effect.flatMap(Database, (database) =>
        database.run("DELETE FROM recon.kysely_migration WHERE name = $1", [last]),
      ).pipe(Effect.provide(Database.layer({ file, access: "write", memoryLimit: "256MB" })))
      for (const args of [["verify"], ["support-bundle"], ["books", "list"]]) {
        const ended = yield* runInProcess(args, { cwd })
        expect(ended).toMatchObject({ code: 2, stdout: "" })
        expect(ended.stderr).toBe(
          `tidemark: ${file} was last written by an older version; run tidemark reconcile once, which brings it up to date, or wait for the next nightly\n`,
        )
      }
      const { checks } = JSON.parse((yield* runInProcess(["doctor", "--json"], { cwd })).stdout) as {
        checks: ReadonlyArray<{ check: string; detail: string }>
      }
      const database = checks.find(({ check }) => check === "database")
      expect(database?.detail).toMatch(/; the next run brings its tables up to date$/)
    }),
  )
})
