import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** What one measured process says at its end: milliseconds, peak memory in bytes, and its own counts. */
export interface Measured {
  readonly millis: number
  readonly peakBytes: number
  readonly [count: string]: number
}

const start = (script: string, args: ReadonlyArray<string>) =>
  spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: process.env,
  })

/** Runs a script in a process of its own and takes the JSON of its last line, so that memory is measured per side. */
export const measure = async (script: string, args: ReadonlyArray<string>): Promise<Measured> => {
  const child = start(script, args)
  let last = ""
  createInterface({ input: child.stdout }).on("line", (line) => {
    last = line
  })
  const [code] = await once(child, "close")
  if (code !== 0) throw new Error(`${script} ended with code ${code}`)
  return JSON.parse(last)
}

/** Starts a script that serves until it is stopped; its first line is JSON. */
export const serve = async (script: string, args: ReadonlyArray<string>) => {
  const child = start(script, args)
  const [line] = await once(createInterface({ input: child.stdout }), "line")
  return { said: JSON.parse(line), stop: () => child.kill("SIGTERM") }
}

/** Peak resident memory of this process, in bytes. */
export const peakBytes = (): number => process.resourceUsage().maxRSS * 1024

export const say = (measured: Measured): void => console.log(JSON.stringify(measured))
