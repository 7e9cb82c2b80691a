#!/usr/bin/env node
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Cause, Effect, Exit, Layer } from "effect"
import { type Ending, type EndingSignal, endingOf } from "./cli/exit-code.ts"
import { silence } from "./cli/logging.ts"
import { outputError, tell } from "./cli/terminal.ts"
import { cliConfig, tidemark } from "./cli/tidemark.ts"

// runMain interrupts the program at the first of these signals, and leaves the next one to end the process at once. It
// does not say which one came.
const received: { signal?: EndingSignal } = {}
const note = (signal: NodeJS.Signals): void => {
  received.signal = signal === "SIGTERM" ? "SIGTERM" : "SIGINT"
  process.off("SIGINT", note).off("SIGTERM", note)
}
process.on("SIGINT", note).on("SIGTERM", note)

// Unheard, an error of these streams would end the process in the middle of its work. What is told on stderr may get
// lost; data may not without the exit code saying so, not even the help, which @effect/cli prints.
process.stderr.on("error", () => undefined)
process.stdout.on("error", (error) => {
  process.exitCode = endingOf(Cause.fail(outputError(error))).code
})

const endingAfter = (exit: Exit.Exit<unknown, unknown>): Ending =>
  Exit.isSuccess(exit) ? { code: 0, message: null } : endingOf(exit.cause, received.signal)

const program = tidemark(process.argv).pipe(
  Effect.onExit((exit) => {
    const { message } = endingAfter(exit)
    return message === null ? Effect.void : tell(`tidemark: ${message}`)
  }),
  Effect.provide(Layer.mergeAll(NodeContext.layer, cliConfig, silence)),
)

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  disablePrettyLogger: true,
  teardown: (exit, onExit) => onExit(endingAfter(exit).code),
})
