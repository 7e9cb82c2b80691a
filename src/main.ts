#!/usr/bin/env node
import "./store/allocator.ts"
import { NodeContext } from "@effect/platform-node"
import { Deferred, Effect } from "effect"
import { outputError } from "./cli/output.ts"
import { type EndingSignal, Outside } from "./cli/outside.ts"
import { programName } from "./cli/program-name.ts"
import { runTidemark } from "./cli/tidemark.ts"

// What is kept of a partner's money is for its owner and their group; an operator may give a file more afterwards.
process.umask(process.umask() | 0o007)

// Unheard, an error of these streams would end the process in the middle of its work. What is told on stderr may get
// lost; data may not without the exit code saying so.
process.stderr.on("error", () => undefined)
process.stdout.on("error", (error) => {
  process.exitCode = outputError(error).exitCode
})

// The first of these signals asks the command to end; the next one ends the process at once.
const signal = Effect.runSync(Deferred.make<EndingSignal>())
const note = (name: NodeJS.Signals): void => {
  Effect.runSync(Deferred.succeed(signal, name === "SIGTERM" ? "SIGTERM" : "SIGINT"))
  process.off("SIGINT", note).off("SIGTERM", note)
}
process.on("SIGINT", note).on("SIGTERM", note)

const program = Effect.gen(function* () {
  const outside = yield* Outside
  return yield* runTidemark(process.argv.slice(2)).pipe(
    Effect.provideService(Outside, {
      ...outside,
      program: programName(process.argv[1] ?? "tidemark", process.cwd()),
      signal: Deferred.await(signal),
    }),
  )
})

const code = await Effect.runPromise(program.pipe(Effect.provide(NodeContext.layer)))
process.exit(process.exitCode ?? code)
