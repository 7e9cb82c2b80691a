import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { clockFrom } from "../../src/sandbox/clock-from.ts"
import { programFile } from "../end-to-end/program/program.ts"
import { runInProcess } from "../support/in-process.ts"

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

/** The program's commands in this process, without the half second that a process takes to begin. */
export const inProcess: Runner = (args, { cwd, env, now }) =>
  Effect.runPromise(runInProcess(args, { cwd, env }).pipe(Effect.withClock(clockFrom(now))))
