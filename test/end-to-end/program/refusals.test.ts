import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { streams } from "../../../src/api/streams.ts"
import { holdOpen } from "../../support/other-process.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, runProgram } from "./program.ts"
import { clientSecret, serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { recordsOf, reportsIn, rowsOf, textsFoundIn } from "./working-folder.ts"

const nobody = {
  OCEAFIN_PARTNER_API_BASE_URL: "http://127.0.0.1:1",
  OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
  OCEAFIN_PARTNER_API_CLIENT_SECRET: "never-used-secret",
}

const nightly = ["nightly", "--customers", "customers.csv"]

/** A folder with a roster of one customer, for what fails before anybody is asked. */
const folderWithRoster = Effect.map(temporaryFolder, (cwd) => {
  writeFileSync(join(cwd, "customers.csv"), "customerId,partnerCustomerRef\nc-1,ref-1\n")
  return cwd
})

/** One sentence for a person, not a stack. */
const expectOneSentence = (ended: Ended, code: number): string => {
  expect(ended.stderr).toMatch(/^tidemark: .+\n$/)
  expect(ended.stdout).toBe("")
  expect(ended.code).toBe(code)
  return ended.stderr
}

/** A night over a world whose answers are as the options say. */
const nightOver = (
  world: Parameters<typeof smallWorld>[0],
  options: Parameters<typeof serveWorld>[1],
  args: ReadonlyArray<string> = [],
) =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const served = yield* serveWorld(smallWorld(world), options)
    yield* writeRoster(join(cwd, "customers.csv"), served.world)
    const ended = yield* runProgram([...nightly, ...args], { cwd, env: served.env })
    return { cwd, ended, world: served.world }
  })

const exceptionsIn = (cwd: string) => recordsOf(reportsIn(join(cwd, "tidemark-out", "latest")).get("exceptions"))

describe("credentials", () => {
  it.scopedLive("that are wrong end a night with 77 and one sentence, and the secret is nowhere", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld())
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const wrong = "wrong-secret-2b7d44f018"
      const ended = yield* runProgram([...nightly, "--json"], {
        cwd,
        env: { ...env, OCEAFIN_PARTNER_API_CLIENT_SECRET: wrong },
      })
      const sentence = expectOneSentence({ ...ended, stdout: "" }, 77)
      expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: 77, error: sentence.slice(10, -1) })
      expect(ended.stdout).not.toContain(wrong)
      expect(sentence).toContain("OCEAFIN_PARTNER_API_CLIENT_SECRET")
      expect(sentence).not.toContain(wrong)
      expect(readdirSync(cwd)).toContain("tidemark.duckdb")
      expect(textsFoundIn(cwd, [wrong])).toEqual([])
      const runs = yield* rowsOf(join(cwd, "tidemark.duckdb"), "SELECT state, coverage, detail FROM recon.runs")
      expect(runs).toMatchObject([{ state: "failed", coverage: "PARTIAL" }])
    }),
  )

  it.scopedLive("that are right are nowhere either after a whole night", () =>
    Effect.gen(function* () {
      const { cwd, ended } = yield* nightOver({}, {}, ["--json"])
      expect(ended.code).toBe(0)
      expect(ended.stdout + ended.stderr).not.toContain(clientSecret)
      expect(textsFoundIn(cwd, [clientSecret])).toEqual([])
    }),
  )

  it.scopedLive("that are missing end with 78, and each missing name is said", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      const all = expectOneSentence(yield* runProgram(nightly, { cwd }), 78)
      for (const name of Object.keys(nobody)) expect(all).toContain(name)
      const { OCEAFIN_PARTNER_API_CLIENT_ID: _, ...others } = nobody
      const one = expectOneSentence(yield* runProgram(nightly, { cwd, env: others }), 78)
      expect(one).toContain("OCEAFIN_PARTNER_API_CLIENT_ID")
      expect(one).not.toContain("OCEAFIN_PARTNER_API_CLIENT_SECRET")
      expect(readdirSync(cwd)).toEqual(["customers.csv"])
    }),
  )

  it.scopedLive("are never sent over plain http to another machine: 78", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      const env = { ...nobody, OCEAFIN_PARTNER_API_BASE_URL: "http://api.example.com" }
      const sentence = expectOneSentence(yield* runProgram(nightly, { cwd, env }), 78)
      expect(sentence).toContain("OCEAFIN_PARTNER_API_BASE_URL")
      expect(sentence).toContain("https://")
    }),
  )
})

describe("an API that does not answer", () => {
  it.scopedLive("ends a night with 75, says where it was looked for, and leaves the run on record as failed", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      const port = yield* Effect.promise(
        () =>
          new Promise<number>((resolve) => {
            const server = createServer().listen(0, "127.0.0.1", () => {
              const address = server.address()
              server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 1))
            })
          }),
      )
      writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ startPatienceMinutes: 0 }))
      const env = { ...nobody, OCEAFIN_PARTNER_API_BASE_URL: `http://127.0.0.1:${port}` }
      expect(expectOneSentence(yield* runProgram(nightly, { cwd, env }), 75)).toContain(`127.0.0.1:${port}`)
      const runs = yield* rowsOf(join(cwd, "tidemark.duckdb"), "SELECT state FROM recon.runs")
      expect(runs).toEqual([{ state: "failed" }])
    }),
  )
})

describe("a base URL that leads past the API", () => {
  it.scopedLive("ends a night with 78 after one customer, and says to check the URL's path", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { baseUrl, env, world } = yield* serveWorld(smallWorld())
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const past = { ...env, OCEAFIN_PARTNER_API_BASE_URL: `${baseUrl}/v9` }
      const sentence = expectOneSentence(yield* runProgram(nightly, { cwd, env: past }), 78)
      expect(sentence).toContain("check OCEAFIN_PARTNER_API_BASE_URL, its path too")
      const runs = yield* rowsOf<{ state: string; requests: bigint }>(
        join(cwd, "tidemark.duckdb"),
        "SELECT state, requests FROM recon.runs",
      )
      // One customer's lists, and what was asked on the way to find out whether anybody answers.
      expect(runs.map(({ state }) => state)).toEqual(["failed"])
      expect(Number(runs[0]?.requests)).toBeLessThanOrEqual(2 * streams.length)
    }),
  )
})

describe("a configuration", () => {
  it.scopedLive("with an unknown key ends with 78, names file and key, and touches nothing", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ pageSiz: 50 }))
      const sentence = expectOneSentence(yield* runProgram(nightly, { cwd, env: nobody }), 78)
      expect(sentence).toContain("tidemark.json")
      expect(sentence).toContain("pageSiz")
      expect(readdirSync(cwd).sort()).toEqual(["customers.csv", "tidemark.json"])
    }),
  )
})

describe("wrong usage ends with 2", () => {
  it.scopedLive("where an option is not known, and names it", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      const ended = yield* runProgram(["nightly", "--custommers", "customers.csv"], { cwd, env: nobody })
      expect(ended.code).toBe(2)
      expect(ended.stderr).toContain("--custommers")
      expect(ended.stdout).toBe("")
    }),
  )

  it.scopedLive("where the roster is missing, malformed, or does not name a customer, and names the file", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      writeFileSync(join(cwd, "malformed.csv"), 'customerId,partnerCustomerRef\n"c-1,ref\n')
      writeFileSync(join(cwd, "other-columns.csv"), "id,name\n1,two\n")
      writeFileSync(join(cwd, "broken.json"), '[{"customerId": "c-1",')
      const files = ["missing.csv", "malformed.csv", "other-columns.csv", "broken.json"]
      yield* Effect.forEach(
        files,
        (file) =>
          Effect.gen(function* () {
            const db = join(file.replace(/\W/g, "-"), "tidemark.duckdb")
            const ended = yield* runProgram(["nightly", "--customers", file, "--db", db], { cwd, env: nobody })
            expect(expectOneSentence(ended, 2)).toContain(file)
          }),
        { concurrency: 2 },
      )
    }),
  )

  it.scopedLive("where there is neither a roster nor an earlier run, and names the remedy", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      expect(expectOneSentence(yield* runProgram(["nightly"], { cwd, env: nobody }), 2)).toContain("--customers")
    }),
  )

  it.scopedLive("where --db names the snapshot", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      mkdirSync(join(cwd, "store"))
      const ended = yield* runProgram([...nightly, "--db", "store/analytics.duckdb"], { cwd, env: nobody })
      expect(expectOneSentence(ended, 2)).toContain("analytics.duckdb")
      expect(readdirSync(join(cwd, "store"))).toEqual([])
    }),
  )

  it.scopedLive("where --db names a file that is no database", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      for (const args of [nightly, ["reconcile"]]) {
        const ended = yield* runProgram([...args, "--db", "customers.csv"], { cwd, env: nobody })
        expect(expectOneSentence(ended, 2)).toContain("customers.csv is not a DuckDB database; name another with --db")
      }
    }),
  )

  it.scopedLive("where a check is to be explained that there is not, and names the nearest", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const ended = yield* runProgram(["checks", "--explain", "COV_VANISHD"], { cwd })
      expect(expectOneSentence(ended, 2)).toContain("COV_VANISHED")
      expect(ended.stdout).toBe("")
    }),
  )

  it.scopedLive("where the sandbox's port is in use, and names the port", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { baseUrl } = yield* serveWorld(smallWorld({ days: 1 }))
      const { port } = new URL(baseUrl)
      const ended = yield* runProgram(["sandbox", "--port", port, "--population", "1"], { cwd })
      const sentence = expectOneSentence(ended, 2)
      expect(sentence).toContain(port)
      expect(sentence).toContain("in use")
      expect(readdirSync(cwd)).toEqual([])
    }),
  )
})

describe("a database that another process has open", () => {
  it.scopedLive("ends a night with 75", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWithRoster
      yield* holdOpen(join(cwd, "tidemark.duckdb"))
      expect(expectOneSentence(yield* runProgram(nightly, { cwd, env: nobody }), 75)).toContain("tidemark.duckdb")
    }),
  )
})

describe("--fail-on", () => {
  it.scopedLive("decides from which severity on a complete night ends with 3", () =>
    Effect.gen(function* () {
      const { cwd, ended, world } = yield* nightOver({ breaks: ["LED_FEE_MISMATCH"] }, {}, ["--fail-on", "critical"])
      expect(world.answerKey.length).toBeGreaterThan(0)
      expect(exceptionsIn(cwd).map((row) => row.code)).toEqual(world.answerKey.map((entry) => entry.code))
      expect(ended.code).toBe(0)
      expect(ended.stderr).toMatch(/^EXCEPTIONS: /)
      writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ failOn: "medium" }))
      expect((yield* runProgram(["report"], { cwd })).code).toBe(3)
      expect((yield* runProgram(["report", "--fail-on", "high"], { cwd })).code).toBe(0)
    }),
  )
})

describe("a night that cannot read everything", () => {
  it.scopedLive(
    "ends with 4 and COV_DENIED where one stream's scope is denied to all, and asks each of them once",
    () =>
      Effect.gen(function* () {
        const asked: Array<string> = []
        const scopes = streams.map(({ stream }) => `${stream}:read`).filter((scope) => scope !== "conversions:read")
        const { cwd, ended, world } = yield* nightOver(
          {},
          { scopes, onRequest: ({ code, url }) => void (code === "PARTNER_SCOPE_DENIED" && asked.push(url)) },
        )
        expect(ended.code).toBe(4)
        expect(ended.stderr).toMatch(/^PARTIAL: /)
        expect(ended.stderr).toContain(`${world.customers.length} denied`)
        expect(exceptionsIn(cwd).filter((row) => row.code === "COV_DENIED")).toMatchObject([
          { severity: "high", record_id: "conversions" },
        ])
        expect(asked).toHaveLength(world.customers.length)
        const summary = recordsOf(reportsIn(join(cwd, "tidemark-out", "latest")).get("summary"))
        expect(summary).toContainEqual(expect.objectContaining({ item: "verdict", value: "PARTIAL" }))
      }),
  )

  it.scopedLive("ends with 4 and COV_INCOMPLETE where one list fails, and reads all the others", () =>
    Effect.gen(function* () {
      const { cwd, ended, world } = yield* nightOver({ breaks: ["COV_INCOMPLETE"] }, {}, ["--fail-on", "critical"])
      expect(ended.code).toBe(4)
      expect(exceptionsIn(cwd).map(({ code, record_id }) => ({ code, recordId: record_id }))).toEqual(
        world.answerKey.map(({ code, recordId }) => ({ code, recordId })),
      )
      const coverage = recordsOf(reportsIn(join(cwd, "tidemark-out", "latest")).get("coverage"))
      expect(coverage.filter((row) => row.state !== "COMPLETE")).toMatchObject([{ stream: "collection_wallets" }])
    }),
  )
})

describe("a record that the contract cannot read", () => {
  it.scopedLive("is quarantined and reported, and the night goes on", () =>
    Effect.gen(function* () {
      const { cwd, ended } = yield* nightOver({ breaks: ["REC_INVALID"] }, {})
      expect(ended.code).toBe(3)
      expect(ended.stderr).toMatch(/^EXCEPTIONS: every list was read to its end/)
      const reported = exceptionsIn(cwd).filter((row) => row.code === "REC_INVALID")
      const spoilt = reported.find((row) => row.stream === "fiat_deposits")
      expect(spoilt).toMatchObject({ severity: "high", detail: expect.stringContaining("12,50"), state: "open" })
      const rows = yield* rowsOf(
        join(cwd, "tidemark.duckdb"),
        "SELECT record_id, payload FROM raw.quarantine WHERE stream = 'fiat_deposits'",
      )
      expect(rows).toMatchObject([{ record_id: spoilt?.record_id, payload: expect.stringContaining('"12,50"') }])
    }),
  )
})
