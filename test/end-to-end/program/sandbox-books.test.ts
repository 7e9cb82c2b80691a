import { spawn } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { programFile, runProgram } from "./program.ts"
import { rowsOf } from "./working-folder.ts"

interface Entry {
  readonly code: string
  readonly recordId: string
}

/** Starts a sandbox in a folder; gives the environment that it prints, when it answers. */
const sandboxIn = (cwd: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.async<{ readonly stop: () => void; readonly env: Readonly<Record<string, string>> }>((resume) => {
      const child = spawn(process.execPath, [programFile, "sandbox", "--port", "0", ...args], { cwd })
      let printed = ""
      child.stdout.on("data", (chunk) => {
        printed += String(chunk)
        if (!printed.includes("OCEAFIN_PARTNER_API_WEBHOOK_SECRET=")) return
        const env = Object.fromEntries(
          [...printed.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name ?? "", value ?? ""]),
        )
        resume(Effect.succeed({ stop: () => void child.kill("SIGTERM"), env }))
      })
    }),
    ({ stop }) => Effect.sync(stop),
  )

describe("books that the sandbox wrote", () => {
  it.scopedLive("are imported as it says, and what is found in them is what the answer key says", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env } = yield* sandboxIn(cwd, "--population", "3", "--books", "books.csv", "--answer-key", "key.json")
      const run = (...args: ReadonlyArray<string>) => runProgram(args, { cwd, env })
      expect((yield* run("sync", "--customers", "sandbox-customers.csv")).stderr).not.toContain("salt")
      const imported = yield* run("ledger", "import", "books.csv", "--map", "books.map.json")
      expect(imported.stderr).toContain("2 quarantined")
      expect((yield* run("reconcile", "--quiet")).code).toBe(3)

      const found = yield* rowsOf<{ exception_id: string; code: string; record_id: string }>(
        join(cwd, "tidemark.duckdb"),
        "SELECT exception_id, code, record_id FROM recon.exceptions",
      )
      const key: ReadonlyArray<Entry> = JSON.parse(readFileSync(join(cwd, "key.json"), "utf8"))
      expect(found.map((row) => `${row.code} ${row.record_id}`).sort()).toEqual(
        key.map(({ code, recordId }) => `${code} ${recordId}`).sort(),
      )
      expect(key.filter(({ code }) => code.startsWith("LEDG_")).length).toBeGreaterThan(12)

      const ambiguous = found.find(({ code }) => code === "LEDG_AMBIGUOUS")
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
      const { env } = yield* sandboxIn(cwd, "--population", "1", "--breaks", "none")
      const sync = runProgram(["sync", "--customers", "sandbox-customers.csv", "--quiet"], { cwd, env })
      yield* sync
      rmSync(join(cwd, "tidemark.duckdb.salt"))
      const { code, stderr } = yield* sync
      expect(code).toBe(0)
      expect(stderr).toContain("tidemark.duckdb.salt is gone, so a new salt is made")
    }),
  )
})
