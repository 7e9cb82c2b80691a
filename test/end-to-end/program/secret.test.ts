import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { type FaultPlan, faultPlan } from "../../../src/sandbox/faults/fault-plan.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { clientSecret, serveWorld, smallWorld, writeRoster } from "./served-world.ts"

/** The secret as it is, and as a careless program might write it. */
const shapes: ReadonlyArray<string> = [
  clientSecret,
  Buffer.from(clientSecret).toString("base64").replace(/=+$/, ""),
  Buffer.from(clientSecret).toString("hex"),
  encodeURIComponent(clientSecret),
]

const holdingSecret = (name: string, bytes: Buffer | string): ReadonlyArray<string> =>
  shapes.filter((shape) => bytes.includes(shape)).map((shape) => `${name}: ${shape}`)

const inFolder = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => holdingSecret(entry.name, readFileSync(join(entry.parentPath, entry.name))))

/** Every way in which a night may go wrong that the sandbox has a fault for. */
const storms: Readonly<Record<string, FaultPlan>> = {
  storm: faultPlan("storm", { settings: { retryAfterSeconds: 0 } }),
  "bad proxy": faultPlan("bad-proxy"),
  "bad network": faultPlan("bad-network"),
  "bad chains": faultPlan("bad-chains"),
  "clock skew": faultPlan("clock-skew"),
  "stale signatures, again and again": faultPlan("none", { odds: { signature_expired: 1 } }),
  "replayed nonces": faultPlan("none", { odds: { nonce_replayed: 1 } }),
  "refused credentials": faultPlan("none", { odds: { auth_failed: 1 } }),
  "refused scopes": faultPlan("none", { odds: { scope_denied: 0.3 } }),
  "redirects to a stranger": faultPlan("none", { odds: { redirect: 1 } }),
  "unknown codes": faultPlan("none", { odds: { unknown_code: 0.5 } }),
}

const quick = {
  retry: Object.fromEntries(
    ["transport", "rate_limited", "processing_unavailable", "server_error", "malformed_body"].map((failure) => [
      failure,
      { firstDelaySeconds: 0.01, capSeconds: 0.05 },
    ]),
  ),
  startPatienceMinutes: 0,
}

describe("the client's secret", () => {
  for (const [name, faults] of Object.entries(storms)) {
    it.scopedLive(`is in no log, file, report, bundle or message: ${name}`, () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const world = smallWorld({ days: 6, breaks: "all" })
        const { env } = yield* serveWorld(world, { faults })
        yield* writeRoster(join(cwd, "customers.csv"), world)
        writeFileSync(join(cwd, "tidemark.json"), JSON.stringify(quick))
        const place = { cwd, env }
        const logs = ["--log-format", "json", "--log-level", "debug"]
        const night = yield* runProgram(["nightly", "--customers", "customers.csv", ...logs], place)
        // A search over silence would find nothing either.
        expect(night.stderr).toMatch(/^\{.*"request/m)
        const bundle = yield* runProgram(["support-bundle", "--out", "bundle.json"], place)
        const doctor = yield* runProgram(["doctor", "--customers", "customers.csv", ...logs], place)
        const ended = { night, bundle, doctor }
        const said = Object.entries(ended).flatMap(([command, { stderr, stdout }]) => [
          ...holdingSecret(`${command}, stdout`, stdout),
          ...holdingSecret(`${command}, stderr`, stderr),
        ])
        expect(said).toEqual([])
        expect(inFolder(cwd)).toEqual([])
        expect(readdirSync(cwd)).toContain("tidemark.duckdb")
      }),
    )
  }
})
