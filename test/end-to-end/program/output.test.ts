import { execFile } from "node:child_process"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Place, programFile, runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { rowsOf } from "./working-folder.ts"

class AfterANight extends Context.Tag("test/AfterANight")<AfterANight, Place>() {}

const nightly = ["nightly", "--customers", "customers.csv"]

const afterANight = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const { env, world } = yield* serveWorld(smallWorld({ days: 2 }))
  yield* writeRoster(join(cwd, "customers.csv"), world)
  expect((yield* runProgram(nightly, { cwd, env })).code).toBe(0)
  return { cwd, env }
})

/** A shell's pipeline in which `$T` is the program; ends with the program's own exit code. */
const pipeline = (script: string, { cwd }: Place) =>
  Effect.async<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resume) => {
    const whole = `T="$0 $1"; ${script}; exit \${PIPESTATUS[0]}`
    const shell = execFile("bash", ["-c", whole, process.execPath, programFile], { cwd }, (_, stdout, stderr) =>
      resume(Effect.succeed({ code: shell.exitCode, stdout, stderr })),
    )
  })

const manyRows = '"SELECT * FROM range(300000)"'

layer(Layer.scoped(AfterANight, afterANight), { excludeTestServices: true, timeout: 120_000 })(
  "a reader that goes",
  (it) => {
    it.effect.each(["csv", "json", "table"])(
      "ends sql --format %s without a word, as it ends other programs",
      (format) =>
        Effect.gen(function* () {
          const ended = yield* pipeline(`$T sql --format ${format} ${manyRows} | head -c 5`, yield* AfterANight)
          expect(ended.stderr).toBe("")
          expect(ended.stdout).toHaveLength(5)
          expect(ended.code).toBe(141)
        }),
    )

    it.effect("ends help without a word", () =>
      Effect.gen(function* () {
        expect((yield* pipeline("$T --help | exec <&-", yield* AfterANight)).stderr).toBe("")
      }),
    )

    it.effect("of what is only told stops no night", () =>
      Effect.gen(function* () {
        const place = yield* AfterANight
        const ended = yield* runProgram(nightly, { ...place, stderr: "/dev/full" })
        expect(ended).toMatchObject({ code: 0, signal: null })
        const runs = yield* rowsOf(
          join(place.cwd, "tidemark.duckdb"),
          "SELECT state FROM recon.runs ORDER BY run_id DESC",
        )
        expect(runs[0]).toEqual({ state: "reported" })
      }),
    )

    it.effect.each([{ args: ["sql", "SELECT 1"] }, { args: ["runs"] }, { args: ["--help"] }])(
      "is missed like one whose disk is full: $args ends with 1 then, and no stack",
      ({ args }) =>
        Effect.gen(function* () {
          const ended = yield* runProgram(args, { ...(yield* AfterANight), stdout: "/dev/full" })
          expect(ended.code).toBe(1)
          expect(ended.stderr).not.toMatch(/\n +at /)
        }),
    )
  },
)
