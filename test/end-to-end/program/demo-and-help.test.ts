import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { blindSpots, drilledStore } from "../../../bench/drilled-world.ts"
import { movesMoney, unseenIn } from "../../../src/pipelines/drill/outcome.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { namesIn, recordsOf, reportsIn } from "./working-folder.ts"

describe("tidemark demo", () => {
  it.scopedLive(
    "plays three nights in an empty folder, finds every planted break, and again with a world of two customers",
    () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        // Again from within the folder, which is emptied and stays.
        for (const again of [[], ["--population", "2", "--out", "."]]) {
          const from = again.length > 0 ? join(cwd, "tidemark-demo") : cwd
          const ended = yield* runProgram(["demo", ...again], { cwd: from })
          expect(ended.code).toBe(0)
          expect(ended.stdout).toBe("")
          expect(ended.stderr).toMatch(/\b(\d+) of \1 planted breaks found/)
          expect(ended.stderr).not.toMatch(/^(missed|not planted): /m)
          expect(readdirSync(cwd)).toEqual(["tidemark-demo"])
          const folder = join(cwd, "tidemark-demo")
          expect(namesIn(folder)).toEqual([
            ".analytics-n.duckdb",
            ".analytics-n.sealed",
            ".tidemark-demo",
            "analytics.duckdb",
            "reports",
            "tidemark.duckdb",
            "tidemark.duckdb.salt",
          ])
          expect(reportsIn(join(folder, "reports", "latest")).get("exceptions")?.rows.length).toBeGreaterThan(20)
          const runs = yield* runProgram(["runs", "--json", "--db", "tidemark-demo/tidemark.duckdb"], { cwd })
          expect(JSON.parse(runs.stdout)).toHaveLength(3)
          const written = readdirSync(join(folder, "reports"))
            .filter((name) => /^\d/.test(name))
            .flatMap((name) => readdirSync(join(folder, "reports", name)))
          expect(written).toHaveLength(3)
          const summary = recordsOf(reportsIn(join(folder, "reports", "latest")).get("summary"))
          const changes = summary.filter(({ section }) => section === "since the last night").map(({ item }) => item)
          expect([...new Set(changes)]).toEqual(expect.arrayContaining(["new", "resolved", "accepted"]))
          if (again.length > 0) continue
          // What would its checks have noticed of the last night, had it said something else?
          const drilled = yield* drilledStore(join(folder, "tidemark.duckdb"), { sample: 1, as: ["first reading"] })
          expect(blindSpots(drilled)).toEqual([])
          expect(drilled.raisedElsewhere).toEqual([])
          const visible = drilled.tried.filter((one) => movesMoney(one) && unseenIn(one) === null)
          expect(visible.length).toBeGreaterThan(50)
          expect(visible.filter(({ outcome }) => outcome === "noticed").length).toBeGreaterThan(visible.length * 0.95)
        }
      }),
    // Six nights over HTTP, on a machine that may be busy with others.
    600_000,
  )
})

const logs = ["--log-format", "--log-level"]

/** Design, section 7, and each option that a command has beyond those. */
const options: Readonly<Record<string, ReadonlyArray<string>>> = {
  demo: ["--seed", "--breaks", "--population", "--out", "--config", "--json", "--quiet"],
  nightly: [
    "--config",
    "--db",
    "--out",
    "--customers",
    "--fresh",
    "--api-changed",
    "--fail-on",
    "--metrics",
    "--json",
    "--quiet",
    ...logs,
  ],
  sync: ["--config", "--db", "--customers", "--fresh", "--api-changed", "--json", "--quiet", ...logs],
  reconcile: ["--config", "--db", "--fail-on", "--json", "--quiet", ...logs],
  report: ["--config", "--db", "--out", "--only", "--period", "--fail-on", "--json", "--quiet", ...logs],
  sql: ["--format", "--output", "--parameter", "--db", "--file"],
  checks: ["--config", "--explain", "--markdown", "--json"],
  runs: ["--db", "--json"],
  sandbox: [
    "--port",
    "--seed",
    "--breaks",
    "--population",
    "--night",
    "--first-night",
    "--roster",
    "--answer-key",
    "--books",
    "--faults",
    "--fault-seed",
    "--verbose",
    ...logs,
  ],
  doctor: ["--config", "--db", "--out", "--customers", "--thorough", "--json", ...logs],
  verify: ["--config", "--db", "--out", "--run", "--json", "--quiet"],
  "support-bundle": ["--config", "--db", "--run", "--out", "--json", "--quiet"],
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colours text on a terminal.
const withoutColours = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "")

describe("--help", () => {
  it.scopedLive("of the program names every command, the environment and the exit codes", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { code, stdout } = yield* runProgram(["--help"], { cwd })
      expect(code).toBe(0)
      for (const command of Object.keys(options))
        expect(stdout).toMatch(new RegExp(`^ *-? ?${command}\\b.* {2}[A-Z]`, "m"))
      for (const name of ["BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET"]) {
        expect(stdout).toContain(`OCEAFIN_PARTNER_API_${name}`)
      }
      for (const exit of [0, 1, 2, 3, 4, 75, 77, 78, 130, 141, 143]) {
        expect(withoutColours(stdout)).toMatch(new RegExp(`^ *${exit}\\b`, "m"))
      }
      expect(readdirSync(cwd)).toEqual([])
    }),
  )

  it.scopedLive("of every command names each of its options, with a sentence, in its usage and below", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      yield* Effect.forEach(
        Object.entries(options),
        ([command, names]) =>
          Effect.gen(function* () {
            const ended = yield* runProgram([command, "--help"], { cwd })
            expect(ended.code).toBe(0)
            expect(ended.stderr).toBe("")
            const text = withoutColours(ended.stdout)
            const usage = /^\$ .*$/m.exec(text)?.[0] ?? ""
            expect([...usage.matchAll(/--[a-z-]+/g)].map(([name]) => name)).toEqual(names)
            for (const name of names)
              expect(text, command).toMatch(new RegExp(`^${name}( .*)?\\n+ {2}[A-Za-z].*$`, "m"))
          }),
        { concurrency: 2 },
      )
    }),
  )

  it.scopedLive("shows the whole command to type, the program's name included", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { stdout } = yield* runProgram(["nightly", "--help"], { cwd })
      expect(withoutColours(stdout)).toContain("$ tidemark nightly ")
    }),
  )

  it.scopedLive("is plain text where it goes into a file or a pipe", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { stdout } = yield* runProgram(["runs", "--help"], { cwd })
      expect(stdout).toBe(withoutColours(stdout))
    }),
  )
})

describe("--version", () => {
  it.scopedLive("is the version of the package", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { code, stdout } = yield* runProgram(["--version"], { cwd })
      const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"))
      expect(code).toBe(0)
      expect(stdout.trim()).toBe(version)
    }),
  )
})

/** The package as an installation of its own, so that its reports can be added to. */
const copyOfPackage = Effect.map(temporaryFolder, (folder) => {
  const checkout = fileURLToPath(new URL("../../../", import.meta.url))
  mkdirSync(join(folder, "dist"))
  for (const part of ["package.json", "reports", "dist/tidemark.js", "dist/sql"]) {
    cpSync(join(checkout, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"))
  return folder
})

describe("a report that an analyst adds as a file", () => {
  it.scopedLive("is written and listed in the manifest with the others; a wrong one ends with 78 and says where", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const installed = yield* copyOfPackage
      const program = join(installed, "dist", "tidemark.js")
      const { env, world } = yield* serveWorld(smallWorld())
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const definition = [
        "-- title: Deposits per currency",
        "-- about: How many fiat deposits there are in each currency, and their sum.",
        "-- columns: currency text, deposits integer, amount money(currency)",
        "-- order: currency",
        "",
        "SELECT currency, count(*) AS deposits, sum(amount) AS amount FROM main.fiat_deposits GROUP BY currency",
      ].join("\n")
      writeFileSync(join(installed, "reports", "deposits_by_currency.sql"), definition)
      const ended = yield* runProgram(["nightly", "--customers", "customers.csv"], { cwd, env, program })
      expect(ended.stderr).toMatch(/^CLEAN/)
      expect(ended.code).toBe(0)
      const latest = join(cwd, "tidemark-out", "latest")
      const added = reportsIn(latest).get("deposits_by_currency")
      expect(added?.header).toEqual(["currency", "deposits", "amount"])
      expect(added?.rows.length).toBeGreaterThan(0)
      const manifest: { readonly files: ReadonlyArray<{ readonly title: string }> } = JSON.parse(
        readFileSync(join(latest, "manifest.json"), "utf8"),
      )
      expect(manifest.files.map(({ title }) => title)).toContain("Deposits per currency")

      writeFileSync(join(installed, "reports", "deposits_by_currency.sql"), definition.replace("integer", "number"))
      const wrong = yield* runProgram(["report"], { cwd, program })
      expect(wrong.code).toBe(78)
      expect(wrong.stderr).toMatch(/^tidemark: deposits_by_currency\.sql, line 3: .*\n$/)
      expect(existsSync(join(latest, "manifest.json"))).toBe(true)
    }),
  )
})
