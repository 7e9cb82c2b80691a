import { spawn } from "node:child_process"
import { once } from "node:events"
import { Effect, type Scope } from "effect"

const program = `
import { DuckDBInstance } from "@duckdb/node-api"
await DuckDBInstance.create(process.argv[1])
process.stdout.write("open")
process.stdin.resume()
process.stdin.on("end", () => process.exit(0))`

/** Another process that has the database open for writing until the scope closes. */
export const holdOpen = (file: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, file], {
        stdio: ["pipe", "pipe", "inherit"],
      })
      await once(child.stdout, "data")
      return child
    }),
    (child) =>
      Effect.promise(async () => {
        const gone = once(child, "exit")
        child.stdin.end()
        await gone
      }),
  )
