import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { otherApi } from "../../src/pipelines/run/store-api.ts"
import { serveWorld, smallWorld, writeRoster } from "../end-to-end/program/served-world.ts"
import { rowsOf } from "../end-to-end/program/working-folder.ts"
import { runInProcess } from "../support/in-process.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const production = {
  OCEAFIN_PARTNER_API_BASE_URL: "https://api.oceafin.invalid",
  OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
  OCEAFIN_PARTNER_API_CLIENT_SECRET: "never-used-secret",
}

it.scopedLive("a store that was tried with the sandbox is not read from another API, nor as another client", () =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const world = smallWorld({ breaks: "none", customers: 1 })
    const tried = yield* Effect.scoped(
      Effect.gen(function* () {
        const { env } = yield* serveWorld(world)
        yield* writeRoster(join(cwd, "customers.csv"), world)
        return { env, ended: yield* runInProcess(["sync", "--customers", "customers.csv"], { cwd, env }) }
      }),
    )
    expect(tried.ended.code).toBe(0)

    writeFileSync(join(cwd, "tidemark.json"), JSON.stringify({ startPatienceMinutes: 0 }))
    const refused = yield* runInProcess(["nightly"], { cwd, env: production })
    expect(refused.code).toBe(78)
    for (const word of [
      "a sandbox on this machine as client tests",
      "https://api.oceafin.invalid as client tests",
      "--db",
      "--api-changed",
    ]) {
      expect(refused.stderr).toContain(word)
    }
    const doctor = yield* runInProcess(["doctor"], { cwd, env: production })
    expect(doctor.stdout).toContain("fail  store's API")
    expect(doctor.code).toBe(78)

    const other = { ...tried.env, OCEAFIN_PARTNER_API_CLIENT_ID: "somebody-else" }
    expect((yield* runInProcess(["sync"], { cwd, env: other })).code).toBe(78)
    // Said once, and nobody is there: the store is still whose it was.
    expect((yield* runInProcess(["sync", "--api-changed"], { cwd, env: production })).code).toBe(75)
    expect((yield* runInProcess(["sync"], { cwd, env: production })).code).toBe(78)

    // The sandbox of another day has another port, and is the same API.
    const { env } = yield* serveWorld(world)
    expect(env.OCEAFIN_PARTNER_API_BASE_URL).not.toBe(tried.env.OCEAFIN_PARTNER_API_BASE_URL)
    expect((yield* runInProcess(["sync"], { cwd, env })).code).toBe(0)

    // A store of before knows the address alone.
    const runs = yield* rowsOf<{ client_id: string }>(join(cwd, "tidemark.duckdb"), "SELECT client_id FROM recon.runs")
    expect(new Set(runs.map(({ client_id }) => client_id))).toEqual(new Set(["tests"]))
  }),
)

it("a store of an earlier version knows the address alone, and is judged by it", () => {
  const owner = { baseUrl: "https://api.oceafin.invalid", clientId: null }
  const asked = { baseUrl: owner.baseUrl, clientId: "anybody" }
  expect(otherApi("tidemark.duckdb", owner, asked)).toBeNull()
  expect(otherApi("tidemark.duckdb", owner, { ...asked, baseUrl: `${owner.baseUrl}/v2` })?.exitCode).toBe(78)
})
