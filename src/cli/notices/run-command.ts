import { spawn } from "node:child_process"
import { Effect } from "effect"
import { told } from "../../api/printable.ts"
import type { OnFinish } from "../../pipelines/configuration/notice-settings.ts"
import { NoticeError } from "./notice-error.ts"

/** Nobody but this program signs requests. */
const secrets: ReadonlySet<string> = new Set([
  "OCEAFIN_PARTNER_API_CLIENT_SECRET",
  "OCEAFIN_PARTNER_API_CLIENT_SECRET_FILE",
  "OCEAFIN_PARTNER_API_WEBHOOK_SECRET",
])

const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !secrets.has(name)))

/** As much of what the command says on stderr is kept. */
const mostBytes = 4096

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? ""

/**
 * Runs a command with a text on stdin, in a folder, within its time; past it, it is killed with all that it started. It need not read the text.
 * What it prints goes nowhere, but for the last line on stderr where it fails.
 */
export const runCommand = ({ command: [program, ...args], timeoutSeconds }: OnFinish, text: string, folder: string) =>
  Effect.async<void, NoticeError>((resume) => {
    const fail = (detail: string) =>
      resume(new NoticeError({ notice: "onFinish", detail: `${told(program)} ${detail}` }))
    const child = spawn(program, args, {
      cwd: folder,
      env: environment(),
      stdio: ["pipe", "ignore", "pipe"],
      // A group of its own, so that all of it can be ended.
      detached: true,
    })
    let said = ""
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      said = (said + part).slice(-mostBytes)
    })
    child.stdin.on("error", () => undefined).end(text)
    child.on("error", ({ message }) => fail(`could not be started: ${message}`))
    child.on("exit", (code, signal) => {
      // Whatever it left running in the background may hold the other end.
      setImmediate(() => {
        child.stderr.destroy()
        if (code === 0) return resume(Effect.void)
        const line = told(lastLine(said), 200)
        fail(`ended with ${code ?? signal}${line === "" ? "" : `: ${line}`}`)
      })
    })
    return Effect.sync(() => {
      child.stdin.destroy()
      child.stderr.destroy()
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
      } catch {
        // It has ended meanwhile.
      }
    })
  }).pipe(
    Effect.timeoutFail({
      duration: `${timeoutSeconds} seconds`,
      onTimeout: () =>
        new NoticeError({
          notice: "onFinish",
          detail: `${told(program)} did not end within ${timeoutSeconds} s and was killed`,
        }),
    }),
  )
