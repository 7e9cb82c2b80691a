import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { openElsewhere } from "../../support/other-process.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { filesIn, rightsOf } from "./working-folder.ts"

describe("what a night leaves on the disk", () => {
  it.scopedLive("is for its owner and their group, and no name that it uses meanwhile is followed elsewhere", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld())
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const bystander = join(cwd, "bystander")
      writeFileSync(bystander, "somebody's own")
      mkdirSync(join(cwd, "store"))
      for (const name of ["analytics.duckdb.partial", "tidemark.duckdb.salt.partial"]) {
        symlinkSync(bystander, join(cwd, "store", name))
      }
      const night = ["nightly", "--customers", "customers.csv", "--db", "store/tidemark.duckdb", "--quiet"]
      expect(yield* runProgram(night, { cwd, env })).toMatchObject({ code: 0, stderr: "" })

      const written = [join(cwd, "store"), join(cwd, "tidemark-out")].flatMap(filesIn)
      expect(written.length).toBeGreaterThan(10)
      expect(written.filter((file) => !lstatSync(file).isSymbolicLink() && (rightsOf(file) & 0o007) !== 0)).toEqual([])
      expect(readFileSync(bystander, "utf8")).toBe("somebody's own")
      expect(existsSync(join(cwd, "store", "tidemark.duckdb.salt"))).toBe(true)
    }),
  )

  it.scopedLive(
    "is all of it where only the lake cannot be written, which is said though nothing but errors was wanted",
    () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const { env, world } = yield* serveWorld(smallWorld({ days: 2 }))
        yield* writeRoster(join(cwd, "customers.csv"), world)
        writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ lake: "lake" }))
        writeFileSync(join(cwd, "lake"), "somebody's own")
        const night = yield* runProgram(["nightly", "--customers", "customers.csv", "--quiet"], { cwd, env })
        expect(night).toMatchObject({ code: 1, stdout: "" })
        expect(night.stderr).toMatch(
          /^tidemark: CLEAN: .*the lake .*lake could not be written \(.*\); see that it is a folder, and that this account may write it, and run .*tidemark(\.js)? lake --to .*lake\n$/,
        )
        expect(existsSync(join(cwd, "tidemark-out", "latest", "manifest.json"))).toBe(true)
        const runs = yield* runProgram(["runs", "--json"], { cwd, env })
        expect(JSON.parse(runs.stdout)).toMatchObject([{ state: "reported", coverage: "COMPLETE" }])

        expect(readFileSync(join(cwd, "lake"), "utf8")).toBe("somebody's own")
        rmSync(join(cwd, "lake"))
        expect((yield* runProgram(["lake", "--to", "lake"], { cwd, env })).code).toBe(0)
        expect(existsSync(join(cwd, "lake", "v1", "_SUCCESS"))).toBe(true)
      }),
  )

  it.scopedLive("answers sql, runs and exceptions list while somebody has the snapshot open for writing", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld({ breaks: "all" }))
      yield* writeRoster(join(cwd, "customers.csv"), world)
      yield* runProgram(["nightly", "--customers", "customers.csv", "--quiet"], { cwd, env })
      const ask = Effect.forEach(
        [
          ["sql", "--format", "csv", "SELECT sum(net_amount) AS sum, count(*) AS rows FROM transactions"],
          ["runs", "--json"],
          ["exceptions", "list", "--format", "json"],
        ],
        (args) => runProgram(args, { cwd }),
      )
      const before = yield* ask
      expect(before.map(({ code }) => code)).toEqual([0, 0, 0])
      const tool = yield* openElsewhere(join(cwd, "analytics.duckdb"))
      yield* tool.run("DELETE FROM transactions")
      yield* tool.run("DELETE FROM recon.exceptions")
      yield* tool.run("CHECKPOINT")
      expect(yield* ask).toEqual(before)
      expect((yield* runProgram(["verify", "--db", "analytics.duckdb"], { cwd })).code).toBe(0)
    }),
  )
})
