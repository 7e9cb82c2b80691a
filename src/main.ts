#!/usr/bin/env node
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Effect, Exit, Layer } from "effect"
import { endingOf } from "./cli/exit-code.ts"
import { tell } from "./cli/terminal.ts"
import { cliConfig, tidemark } from "./cli/tidemark.ts"

const program = tidemark(process.argv).pipe(
  Effect.onExit((exit) => {
    const message = Exit.isSuccess(exit) ? null : endingOf(exit.cause).message
    return message === null ? Effect.void : tell(`tidemark: ${message}`)
  }),
  Effect.provide(Layer.mergeAll(NodeContext.layer, cliConfig)),
)

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? 0 : endingOf(exit.cause).code),
})
