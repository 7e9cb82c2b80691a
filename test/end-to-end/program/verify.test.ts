import { readFileSync, realpathSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { streams } from "../../../src/api/streams.ts"
import { holdOpen } from "../../support/other-process.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { clientSecret, serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { reportsIn } from "./working-folder.ts"

const night = ["nightly", "--customers", "customers.csv"]

const nightOver = (options: Parameters<typeof serveWorld>[1] = {}) =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const { baseUrl, env, world } = yield* serveWorld(smallWorld(), options)
    yield* writeRoster(join(cwd, "customers.csv"), world)
    const ended = yield* runProgram(night, { cwd, env })
    return { cwd, env, world, baseUrl, ended }
  })

describe("tidemark verify", () => {
  it.scopedLive(
    "ends with 0 and one sentence where all is well, and with 3 and the file's name where one was edited",
    () =>
      Effect.gen(function* () {
        const { cwd } = yield* nightOver()
        const well = yield* runProgram(["verify"], { cwd })
        expect([well.code, well.stdout]).toEqual([0, ""])
        expect(well.stderr).toMatch(/^VERIFIED: \d+ pages of 1 run and \d+ files are as they were read and written\n$/)

        const latest = realpathSync(join(cwd, "tidemark-out", "latest"))
        const edited = join(latest, reportsIn(latest).get("coverage")?.name ?? "")
        writeFileSync(edited, readFileSync(edited, "utf8").replace("COMPLETE", "complete"))
        const altered = yield* runProgram(["verify"], { cwd })
        expect(altered.code).toBe(3)
        expect(altered.stdout).toMatch(/^tidemark-out\/.*recon_coverage_.*\.csv: it is not as it was written: .*\n$/)
        expect(altered.stderr).toMatch(/^ALTERED: 1 file; /)
        const asJson = JSON.parse((yield* runProgram(["verify", "--json"], { cwd })).stdout)
        expect(asJson).toMatchObject({ verdict: "ALTERED", runs: 1, findings: [{ _tag: "File" }], notes: [] })
      }),
  )

  it.scopedLive("ends with 75 while somebody writes, and names the copy that can be verified meanwhile", () =>
    Effect.gen(function* () {
      const { cwd } = yield* nightOver()
      yield* holdOpen(join(cwd, "tidemark.duckdb"))
      const held = yield* runProgram(["verify"], { cwd })
      expect(held.code).toBe(75)
      expect(held.stderr).toContain("--db analytics.duckdb")
      expect((yield* runProgram(["verify", "--db", "analytics.duckdb"], { cwd })).code).toBe(0)
    }),
  )

  it.scopedLive("ends with 2 where there is no such database or run", () =>
    Effect.gen(function* () {
      const { cwd } = yield* nightOver()
      const noRun = yield* runProgram(["verify", "--run", "yesterday"], { cwd })
      expect([noRun.code, noRun.stderr]).toEqual([2, expect.stringContaining("holds no run yesterday")])
      const noStore = yield* runProgram(["verify", "--db", "elsewhere.duckdb"], { cwd })
      expect([noStore.code, noStore.stderr]).toEqual([2, expect.stringContaining("there is no such database")])
    }),
  )
})

describe("tidemark support-bundle", () => {
  it.scopedLive("writes the failed requests of the newest run, and neither names nor secrets nor addresses", () =>
    Effect.gen(function* () {
      const scopes = streams.map(({ stream }) => `${stream}:read`).filter((scope) => scope !== "conversions:read")
      const { baseUrl, cwd, ended, world } = yield* nightOver({ scopes })
      expect(ended.code).toBe(4)
      const told = yield* runProgram(["support-bundle", "--out", "bundle.json"], { cwd })
      expect(told.code).toBe(0)
      const text = readFileSync(join(cwd, "bundle.json"), "utf8")
      const customers = world.customers.map(({ customerId }) => customerId)
      const { failedRequests } = JSON.parse(text) as { failedRequests: ReadonlyArray<Record<string, unknown>> }
      // One customer who is denied says nothing of another.
      expect(failedRequests.map(({ customerId }) => customerId).sort()).toEqual([...customers].sort())
      expect(Object.keys(failedRequests[0] ?? {})).toEqual([
        "requestId",
        "apiRequestId",
        "endpoint",
        "time",
        "partnerCustomerRef",
        "customerId",
        "problemCode",
        "status",
        "attempts",
      ])
      expect(failedRequests[0]).toMatchObject({
        endpoint: `GET /partner/v1/customers/${failedRequests[0]?.customerId}/conversions`,
        problemCode: "PARTNER_SCOPE_DENIED",
        status: 403,
        attempts: 1,
      })
      const names = customers.flatMap((id) =>
        world.list(id, "bank_accounts").map((account) => String(account.accountHolderName)),
      )
      expect(names.length).toBeGreaterThan(0)
      for (const hidden of [...names, clientSecret, baseUrl]) expect(text + told.stdout).not.toContain(hidden)
    }),
  )

  it.scopedLive("says so where no request failed", () =>
    Effect.gen(function* () {
      const { cwd, ended } = yield* nightOver()
      expect(ended.code).toBe(0)
      const told = yield* runProgram(["support-bundle", "--json"], { cwd })
      const bundle = JSON.parse(told.stdout) as { runId: string; note: string; failedRequests: ReadonlyArray<unknown> }
      expect(bundle).toMatchObject({ note: "No request of this run failed.", failedRequests: [] })
      expect(JSON.parse(readFileSync(join(cwd, `support-bundle-${bundle.runId}.json`), "utf8"))).toEqual(bundle)
    }),
  )
})
