import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { reportsIn } from "./working-folder.ts"

const checkout = fileURLToPath(new URL("../../../", import.meta.url))

/** What npm would put into the package, without building it again. */
const packed = (): ReadonlyArray<string> => {
  const told = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: checkout,
    encoding: "utf8",
  })
  const [pack] = JSON.parse(told) as ReadonlyArray<{ readonly files: ReadonlyArray<{ readonly path: string }> }>
  return pack?.files.map(({ path }) => path) ?? []
}

/** The package's files alone, with the library of DuckDB as an installation has it, its native part only where asked for. */
const installed = (native: boolean) =>
  Effect.map(temporaryFolder, (folder) => {
    const home = join(folder, "node_modules", "tidemark")
    for (const path of packed()) cpSync(join(checkout, path), join(home, path), { recursive: true })
    mkdirSync(join(folder, "node_modules", "@duckdb"))
    for (const name of readdirSync(join(checkout, "node_modules/@duckdb"))) {
      if (/^node-bindings-/.test(name)) {
        if (native)
          symlinkSync(join(checkout, "node_modules/@duckdb", name), join(folder, "node_modules/@duckdb", name))
      } else {
        cpSync(join(checkout, "node_modules/@duckdb", name), join(folder, "node_modules/@duckdb", name), {
          recursive: true,
        })
      }
    }
    return { folder, program: join(home, "dist", "tidemark.js") }
  })

describe("the package", () => {
  it("holds the program, its reports and documents, and no more", () => {
    const files = packed()
    const places = new Set(files.map((path) => path.replace(/^(dist\/sql|reports|docs|ops)\/.*/, "$1")))
    expect([...places].sort()).toEqual(
      [
        ...["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
        ...["dist/sql", "dist/tidemark.js", "docs", "reports"],
        ...(existsSync(join(checkout, "ops")) ? ["ops"] : []),
      ].sort(),
    )
    expect(files.length).toBeLessThan(200)
  })

  it.scopedLive("runs a whole night with nothing else installed than DuckDB", () =>
    Effect.gen(function* () {
      const { folder, program } = yield* installed(true)
      const ended = yield* runProgram(["demo", "--population", "2"], { cwd: folder, program })
      expect([ended.code, ended.stderr]).toEqual([0, expect.stringMatching(/\b(\d+) of \1 planted breaks found/)])
      expect(reportsIn(join(folder, "tidemark-demo", "reports", "latest")).size).toBeGreaterThan(5)
    }),
  )

  it.scopedLive("says which package is missing where DuckDB's native library is, and all else works", () =>
    Effect.gen(function* () {
      const { folder, program } = yield* installed(false)
      const run = (...args: ReadonlyArray<string>) => runProgram(args, { cwd: folder, program })
      expect((yield* run("--version")).code).toBe(0)
      for (const args of [["--help"], ["nightly", "--help"], ["checks"], ["policy"]]) {
        const ended = yield* run(...args)
        expect([ended.code, ended.stderr]).toEqual([0, ""])
      }
      const doctor = yield* run("doctor")
      expect(doctor.code).toBe(78)
      expect(doctor.stdout).toMatch(/^fail +DuckDB +its native library cannot be loaded: /m)
      const name = `@duckdb/node-bindings-${process.platform}-${process.arch}`
      expect(doctor.stdout).toMatch(new RegExp(`→ install tidemark again .* ${name}`))

      writeFileSync(join(folder, "customers.csv"), "customerId,partnerCustomerRef\nc-1,ref-1\n")
      const env = {
        OCEAFIN_PARTNER_API_BASE_URL: "http://127.0.0.1:1",
        OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
        OCEAFIN_PARTNER_API_CLIENT_SECRET: "never-used-secret",
      }
      const night = yield* runProgram(["nightly", "--customers", "customers.csv"], { cwd: folder, program, env })
      expect(night.code).toBe(78)
      expect(night.stderr).toMatch(new RegExp(`^tidemark: DuckDB's native library cannot be loaded .*${name}`))
    }),
  )

  it.scopedLive(
    "is prepared without development packages where dist is built, and says what to do where it is not",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        cpSync(join(checkout, "prepare.mjs"), join(folder, "prepare.mjs"))
        const prepare = () => spawnSync(process.execPath, ["prepare.mjs"], { cwd: folder, encoding: "utf8" })
        const without = prepare()
        expect([without.status, without.stderr]).toEqual([1, expect.stringContaining("npm ci once")])
        mkdirSync(join(folder, "dist"))
        writeFileSync(join(folder, "dist", "tidemark.js"), "")
        expect(prepare().status).toBe(0)
      }),
  )
})
