import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Effect, type Scope } from "effect"

/** The built program; vitest's global set-up builds it. */
export const programFile = fileURLToPath(new URL("../../../dist/tidemark.js", import.meta.url))

export interface Ended {
  /** Null where a signal ended the process. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly ended: Effect.Effect<Ended>
  /** The standard output as soon as it matches. */
  readonly saying: (pattern: RegExp) => Effect.Effect<string>
  /** The standard error as soon as it matches. */
  readonly telling: (pattern: RegExp) => Effect.Effect<string>
  readonly send: (signal: NodeJS.Signals) => Effect.Effect<void>
}

export interface Place {
  /** The working folder. */
  readonly cwd: string
  /** Added to this process's environment, which passes on no name of Oceafin's. */
  readonly env?: Readonly<Record<string, string>>
  /** Files that standard output and standard error go to, where nobody collects them. */
  readonly stdout?: string
  readonly stderr?: string
  /** The environment is `env` and nothing else. */
  readonly bare?: boolean
  /** The program's file, where it is not the one of this checkout. */
  readonly program?: string
}

const inherited = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("OCEAFIN_")))

/** Starts the program; what still runs when the scope closes is killed. */
export const startProgram = (
  args: ReadonlyArray<string>,
  { bare = false, cwd, env = {}, program = programFile, stderr, stdout }: Place,
): Effect.Effect<Started, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const files = [stdout, stderr].map((file) => (file === undefined ? ("pipe" as const) : openSync(file, "w")))
      const child = spawn(process.execPath, [program, ...args], {
        cwd,
        env: { ...(bare ? {} : inherited()), ...env },
        stdio: ["ignore", ...files],
      })
      for (const file of files) if (typeof file === "number") closeSync(file)
      const said = { stdout: "", stderr: "" }
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        said.stdout += text
      })
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said.stderr += text
      })
      const closed = once(child, "close").then(
        ([code, signal]): Ended => ({
          code: code as number | null,
          signal: signal as NodeJS.Signals | null,
          ...said,
        }),
      )
      return { child, closed, said }
    }),
    ({ child, closed }) =>
      Effect.promise(() => {
        child.kill("SIGKILL")
        return closed
      }),
  ).pipe(
    Effect.map(({ child, closed, said }) => {
      const until = (name: "stdout" | "stderr") => (pattern: RegExp) =>
        Effect.promise(async () => {
          const stream = child[name]
          while (!pattern.test(said[name])) {
            const ended = await Promise.race([
              ...(stream === null ? [] : [once(stream, "data").then(() => null)]),
              closed,
            ])
            if (ended !== null) throw new Error(`it ended without saying ${pattern}: ${JSON.stringify(ended)}`)
          }
          return said[name]
        })
      return {
        ended: Effect.promise(() => closed),
        saying: until("stdout"),
        telling: until("stderr"),
        send: (signal: NodeJS.Signals) => Effect.sync(() => void child.kill(signal)),
      }
    }),
  )

/** Runs the program to its end. */
export const runProgram = (args: ReadonlyArray<string>, place: Place): Effect.Effect<Ended> =>
  startProgram(args, place).pipe(
    Effect.flatMap((started) => started.ended),
    Effect.scoped,
  )

/** `tidemark sandbox` in a process of its own, and the environment that it tells its user to set. */
export const startSandbox = (
  args: ReadonlyArray<string>,
  place: Place,
): Effect.Effect<{ readonly env: Readonly<Record<string, string>> }, never, Scope.Scope> =>
  startProgram(["sandbox", "--port", "0", "--population", "2", ...args], place).pipe(
    Effect.flatMap((sandbox) => sandbox.saying(/WEBHOOK_SECRET=.*\n/)),
    Effect.map((text) => ({
      env: Object.fromEntries(
        [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name ?? "", value ?? ""]),
      ),
    })),
  )
