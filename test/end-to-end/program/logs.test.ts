import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { clientSecret, serveWorld, smallWorld, writeRoster } from "./served-world.ts"

const served = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const { env, world } = yield* serveWorld(smallWorld())
  yield* writeRoster(join(cwd, "customers.csv"), world)
  return { cwd, env }
})

interface Line {
  readonly timestamp: string
  readonly level: string
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
  readonly spans: ReadonlyArray<{ readonly name: string; readonly requestId?: string }>
}

const night = ["nightly", "--customers", "customers.csv"]

describe("the logs of a night", () => {
  it.scopedLive(
    "are on stderr, one JSON object a line, and at level debug name every request with how long it took",
    () =>
      Effect.gen(function* () {
        const place = yield* served
        const ended = yield* runProgram(
          [...night, "--quiet", "--json", "--log-format", "json", "--log-level", "debug"],
          place,
        )
        expect(ended.code).toBe(0)
        const { requests } = JSON.parse(ended.stdout) as { requests: number }
        const lines = ended.stderr
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Line)
        const sent = lines.filter((line) => line.message === "request ended")
        expect(sent).toHaveLength(requests)
        expect(new Set(sent.map((line) => line.spans.at(-1)?.requestId)).size).toBe(requests)
        for (const line of sent) expect(line.annotations).toMatchObject({ outcome: "ok", millis: expect.any(Number) })
        expect(lines.map((line) => line.message)).toContain("reconciling")
        expect(ended.stderr).not.toContain(clientSecret)
      }),
  )

  it.scopedLive("hold no secret where the API refuses it, and there are none unless asked for", () =>
    Effect.gen(function* () {
      const { cwd, env } = yield* served
      const wrong = "wrong-secret-9d0c31b7e2"
      const place = { cwd, env: { ...env, OCEAFIN_PARTNER_API_CLIENT_SECRET: wrong } }
      for (const format of ["json", "pretty"]) {
        const ended = yield* runProgram([...night, "--log-level", "debug", "--log-format", format], place)
        expect(ended.code).toBe(77)
        expect(ended.stderr).toContain("request ended")
        expect(ended.stderr).toContain("PartnerProblem")
        expect(ended.stderr + ended.stdout).not.toContain(wrong)
      }
      expect((yield* runProgram(night, place)).stderr).toMatch(/^tidemark: .*\n$/)
    }),
  )

  it.scopedLive("refuse a level that there is none of", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const ended = yield* runProgram([...night, "--log-level", "loud"], { cwd })
      expect(ended.code).toBe(2)
      expect(ended.stderr).toContain("debug, info, warning, error, none")
    }),
  )
})
