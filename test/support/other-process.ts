import { spawn } from "node:child_process"
import { once } from "node:events"
import { Effect, type Scope } from "effect"

const program = `
import { createInterface } from "node:readline"
import { DuckDBInstance } from "@duckdb/node-api"
const instance = await DuckDBInstance.create(process.argv[1], { checkpoint_threshold: "1GB" })
const connection = await instance.connect()
process.stdout.write("open\\n")
for await (const statement of createInterface({ input: process.stdin })) {
  await connection.run(statement)
  process.stdout.write("done\\n")
}
process.exit(0)`

/** Another tool that has a database open for writing. */
export interface OtherTool {
  /** Runs one statement, on one line. */
  readonly run: (statement: string) => Effect.Effect<void>
  /** Ends it as a crash would: what it wrote stays in its log. */
  readonly kill: Effect.Effect<void>
}

/** Another process that has the database open for writing until the scope closes. */
export const openElsewhere = (file: string): Effect.Effect<OtherTool, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, file], {
        stdio: ["pipe", "pipe", "inherit"],
      })
      await once(child.stdout, "data")
      return { child, gone: once(child, "exit") }
    }),
    ({ child, gone }) =>
      Effect.promise(async () => {
        child.stdin.end()
        await gone
      }),
  ).pipe(
    Effect.map(({ child, gone }) => ({
      run: (statement) =>
        Effect.promise(async () => {
          child.stdin.write(`${statement}\n`)
          await once(child.stdout, "data")
        }),
      kill: Effect.promise(async () => {
        child.kill("SIGKILL")
        await gone
      }),
    })),
  )

export const holdOpen = (file: string): Effect.Effect<void, never, Scope.Scope> => Effect.asVoid(openElsewhere(file))
