import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { readCommandLine } from "../src/cli/command-line.ts"
import { exitCodes } from "../src/cli/exit-codes.ts"
import { metricNames } from "../src/cli/notices/metrics.ts"
import { tidemark } from "../src/cli/tidemark.ts"
import { temporaryFolder } from "./support/temporary-folder.ts"

const textOf = (name: string): string => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8")

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0

it("the unit and the crontab call the program as it is called", () => {
  const lines = [
    /^ExecStart=\/usr\/bin\/env tidemark (.*)$/m.exec(textOf("ops/tidemark.service"))?.[1],
    /&& tidemark (.*) >/.exec(textOf("ops/crontab"))?.[1],
  ]
  for (const line of lines) {
    expect(line).toBeDefined()
    expect(Either.isRight(readCommandLine((line ?? "").split(" "), tidemark("tidemark"), "/"))).toBe(true)
  }
})

it("the rules for Prometheus ask for metrics that a night writes", () => {
  const asked = [...textOf("ops/alerts.yml").matchAll(/\btidemark_\w+/g)].map(([name]) => name)
  expect(asked.length).toBeGreaterThan(4)
  expect(asked.filter((name) => !metricNames.includes(name))).toEqual([])
})

it("every exit code says what to do", () => {
  const codes = [...textOf("docs/operations.md").matchAll(/^\| (\d+(?:, \d+)*) \|/gm)].flatMap(([, cell = ""]) =>
    cell.split(", ").map(Number),
  )
  // 141 asks for nothing: whoever read the output stopped.
  expect(codes).toEqual(exitCodes.map(({ code }) => code).filter((code) => code !== 141))
})

it.scopedLive.skipIf(!hasSystemd)("the units are units, as systemd reads them", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    mkdirSync(join(folder, "units"))
    for (const name of ["tidemark.service", "tidemark.timer"]) {
      // The user is made by whoever installs them.
      writeFileSync(join(folder, "units", name), textOf(`ops/${name}`).replace(/^User=.*\n/m, ""))
    }
    const files = ["tidemark.service", "tidemark.timer"].map((name) => join(folder, "units", name))
    const told = execFileSync("systemd-analyze", ["verify", "--man=no", ...files], { encoding: "utf8", stdio: "pipe" })
    expect(told).toBe("")
  }),
)
