import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram, startSandbox } from "./program.ts"
import { rowsOf } from "./working-folder.ts"

interface Entry {
  readonly code: string
  readonly recordId: string
}

describe("books that the sandbox wrote", () => {
  it.scopedLive("are imported as it says, and what is found in them is what the answer key says", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env } = yield* startSandbox(["--books", "books.csv", "--answer-key", "key.json"], { cwd })
      const run = (...args: ReadonlyArray<string>) => runProgram(args, { cwd, env })
      expect((yield* run("sync", "--customers", "sandbox-customers.csv")).stderr).not.toContain("salt")
      const imported = yield* run("books", "import", "books.csv", "--map", "books.map.json")
      expect(imported.stderr).toContain("2 quarantined")
      expect((yield* run("books", "import", "books.statements.xml")).code).toBe(0)
      expect((yield* run("reconcile", "--quiet")).code).toBe(3)

      const found = yield* rowsOf<{ exception_id: string; code: string; record_id: string }>(
        join(cwd, "tidemark.duckdb"),
        "SELECT exception_id, code, record_id FROM recon.exceptions",
      )
      const key: ReadonlyArray<Entry> = JSON.parse(readFileSync(join(cwd, "key.json"), "utf8"))
      expect(found.map((row) => `${row.code} ${row.record_id}`).sort()).toEqual(
        key.map(({ code, recordId }) => `${code} ${recordId}`).sort(),
      )
      expect(key.filter(({ code }) => code.startsWith("BOOK_")).length).toBeGreaterThan(12)

      const ambiguous = found.find(({ code }) => code === "BOOK_AMBIGUOUS")
      const { stdout } = yield* run("exceptions", "show", ambiguous?.exception_id ?? "")
      const line = ambiguous?.record_id.replace("books/", "").replace(/-or$/, "") ?? ""
      expect(stdout).toMatch(new RegExp(`itself +line +${line}`))
      expect(stdout).toMatch(new RegExp(`open +line +${line}`))
      expect(stdout).toMatch(new RegExp(`open +transaction +${line.replace("E-", "")}`))
    }),
  )
})

describe("the salt of the hashes", () => {
  it.scopedLive("is made anew where it was lost, and that is said", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env } = yield* startSandbox(["--breaks", "none"], { cwd })
      const sync = runProgram(["sync", "--customers", "sandbox-customers.csv", "--quiet"], { cwd, env })
      yield* sync
      rmSync(join(cwd, "tidemark.duckdb.salt"))
      const { code, stderr } = yield* sync
      expect(code).toBe(0)
      expect(stderr).toContain("tidemark.duckdb.salt is gone, so a new salt is made")
    }),
  )
})
