import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { faults } from "../../src/sandbox/faults/faults.ts"
import { profiles } from "../../src/sandbox/faults/profiles.ts"
import { runProgram, startProgram } from "../end-to-end/program/program.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { client } from "./signed-get.ts"
import { wireGet } from "./wire.ts"

const env = { OCEAFIN_PARTNER_API_CLIENT_ID: client.id, OCEAFIN_PARTNER_API_CLIENT_SECRET: client.secret }

const firstCustomer = (csv: string): string => /^([0-9a-f-]{36}),/m.exec(csv)?.[1] ?? ""

describe("tidemark sandbox --faults", () => {
  it.scopedLive(
    "serves the faults that were named, tells each with --verbose, and counts them when it is stopped",
    () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const sandbox = yield* startProgram(
          ["sandbox", "--port", "0", "--population", "1", "--faults", "503@balances", "--verbose"],
          { cwd, env },
        )
        const said = yield* sandbox.saying(/WEBHOOK_SECRET/)
        const baseUrl = /BASE_URL=(\S+)/.exec(said)?.[1] ?? ""
        const customer = firstCustomer(readFileSync(join(cwd, "sandbox-customers.csv"), "utf8"))
        const statuses = yield* Effect.forEach(["balances", "balances", "transactions"], (list) =>
          Effect.promise(() => wireGet(baseUrl, `/partner/v1/customers/${customer}/${list}`)).pipe(
            Effect.map(({ status }) => status),
          ),
        )
        expect(statuses).toEqual([503, 503, 200])
        yield* sandbox.send("SIGINT")
        const ended = yield* sandbox.ended
        expect(ended.code).toBe(130)
        expect(ended.stderr).toContain("Its faults: 503@balances, by seed 1.\n")
        expect(ended.stderr).toContain(`  fault processing_unavailable: ${customer}/balances from 0, asked 2 times\n`)
        expect(ended.stderr).toContain(`200 GET /partner/v1/customers/${customer}/transactions\n`)
        expect(ended.stderr).toMatch(/^Faults that struck:\n {2}processing_unavailable +2$/m)
      }),
  )

  it.scopedLive("says nothing of faults where there are none", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const sandbox = yield* startProgram(["sandbox", "--port", "0", "--population", "1"], { cwd, env })
      yield* sandbox.saying(/WEBHOOK_SECRET/)
      yield* sandbox.send("SIGINT")
      expect((yield* sandbox.ended).stderr).not.toMatch(/fault/i)
    }),
  )

  it.scopedLive("list names every profile and every fault on standard output, and serves nothing", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { code, stderr, stdout } = yield* runProgram(["sandbox", "--faults", "list"], { cwd })
      expect([code, stderr]).toEqual([0, ""])
      for (const name of [...Object.keys(profiles), ...faults.map((fault) => fault.name)]) {
        expect(stdout).toMatch(new RegExp(`^${name} .*\\w`, "m"))
      }
    }),
  )

  it.scopedLive("that cannot be read is wrong usage, and the remedy is named", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { code, stderr } = yield* runProgram(["sandbox", "--faults", "thunder=0.1"], { cwd })
      expect(code).toBe(2)
      expect(stderr).toBe(
        "tidemark: --faults: there is no fault, profile or setting called thunder; tidemark sandbox --faults list prints what there is\n",
      )
    }),
  )
})
