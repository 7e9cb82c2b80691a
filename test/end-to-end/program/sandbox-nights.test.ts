import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Place, runProgram, startProgram } from "./program.ts"

const dayMillis = 86_400_000

/** Serves one night of the world until the scope closes, with what it tells its user: environment and port. */
const served = (place: Place, port: string, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const words = ["sandbox", "--population", "1", "--breaks", "none", "--seed", "5", "--port", port]
    const sandbox = yield* startProgram([...words, ...args], place)
    const text = yield* sandbox.saying(/WEBHOOK_SECRET=.*\n/)
    const env = Object.fromEntries([...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
    const told = yield* sandbox.telling(/--first-night \S+\n/)
    const nextNight = /--night \d+ --first-night (\S+)\n/.exec(told)?.[1]
    return { env: env as Readonly<Record<string, string>>, nextNight }
  })

it.scopedLive("two nights of the sandbox that are tried in one afternoon are a day apart, in runs and in reports", () =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const night = (env: Readonly<Record<string, string>>) =>
      Effect.map(
        runProgram(["nightly", "--customers", "sandbox-customers.csv", "--quiet", "--json"], { cwd, env }),
        ({ code, stdout }) => {
          expect([0, 3]).toContain(code)
          return JSON.parse(stdout) as { readonly runId: string }
        },
      )
    const first = yield* Effect.scoped(
      Effect.gen(function* () {
        const { env, nextNight } = yield* served({ cwd }, "0")
        return { env, nextNight, run: yield* night(env) }
      }),
    )
    const port = new URL(first.env.OCEAFIN_PARTNER_API_BASE_URL ?? "").port
    // As it says itself how the next night is asked for.
    const next = yield* served({ cwd }, port, "--night", "2", "--first-night", first.nextNight ?? "")
    const second = yield* night(next.env)

    const { stdout } = yield* runProgram(["runs", "--json"], { cwd })
    const started = new Map(
      (JSON.parse(stdout) as ReadonlyArray<{ run_id: string; started_at: string }>).map((run) => [
        run.run_id,
        Date.parse(run.started_at),
      ]),
    )
    const between = (started.get(second.runId) ?? 0) - (started.get(first.run.runId) ?? 0)
    expect(Math.round(between / dayMillis)).toBe(1)
    expect(readdirSync(join(cwd, "tidemark-out")).filter((name) => /^\d{4}-/.test(name))).toHaveLength(2)
  }),
)
