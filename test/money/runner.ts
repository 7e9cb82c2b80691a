import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { NodeContext } from "@effect/platform-node"
import { ConfigProvider, Effect, Exit, Layer } from "effect"
import { clockFrom } from "../../bench/clock-from.ts"
import { endingOf } from "../../src/cli/exit-code.ts"
import { silence } from "../../src/cli/logging.ts"
import { cliConfig, tidemark } from "../../src/cli/tidemark.ts"
import { programFile } from "../end-to-end/program/program.ts"

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  /** The working folder. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** What the program takes for the present when it begins, in milliseconds. */
  readonly now: number
}

/** A way to run one command of the program. */
export type Runner = (args: ReadonlyArray<string>, surroundings: Surroundings) => Promise<Ended>

const shiftedClock = fileURLToPath(new URL("./shifted-clock.js", import.meta.url))

/** The built program in a process of its own, as a user has it. */
export const program: Runner = async (args, { cwd, env, now }) => {
  const child = spawn(process.execPath, ["--import", shiftedClock, programFile, ...args], {
    cwd,
    env: { ...process.env, ...env, SHIFT_MILLIS: String(now - Date.now()) },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const said = { stdout: "", stderr: "" }
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text
    })
  }
  const [code, signal] = await once(child, "close")
  return { code: code ?? -1, stdout: said.stdout, stderr: `${said.stderr}${signal === null ? "" : `(${signal})`}` }
}

/** What is written to a stream of this process meanwhile. */
const collect = (stream: NodeJS.WriteStream): { readonly text: () => string; readonly end: () => void } => {
  const write = stream.write
  let text = ""
  stream.write = ((chunk: string | Uint8Array, ...rest: ReadonlyArray<unknown>) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8")
    const done = rest.at(-1)
    if (typeof done === "function") done()
    return true
  }) as typeof stream.write
  return {
    text: () => text,
    end: () => {
      stream.write = write
    },
  }
}

/** The program's commands in this process, without the half second that a process takes to begin. */
export const inProcess: Runner = async (args, { cwd, env, now }) => {
  const home = process.cwd()
  process.chdir(cwd)
  const [stdout, stderr] = [collect(process.stdout), collect(process.stderr)]
  try {
    const exit = await tidemark(["node", "tidemark", ...args]).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
      Effect.provide(Layer.mergeAll(NodeContext.layer, cliConfig, silence)),
      Effect.withClock(clockFrom(now)),
      Effect.runPromiseExit,
    )
    const ending = Exit.isSuccess(exit) ? { code: 0, message: null } : endingOf(exit.cause)
    const message = ending.message === null ? "" : `tidemark: ${ending.message}\n`
    return { code: ending.code, stdout: stdout.text(), stderr: `${stderr.text()}${message}` }
  } finally {
    stdout.end()
    stderr.end()
    process.chdir(home)
  }
}
