import { Command } from "@effect/cli"
import { acts } from "../../../pipelines/exceptions/act.ts"
import { actOptions, reason, runAct } from "./run-act.ts"

export const ackCommand = Command.make("ack", { ...actOptions, reason }, (options) =>
  runAct(acts.ack, options, { reason: options.reason, assignee: null }),
).pipe(Command.withDescription("Acknowledge exceptions: somebody has seen them and is looking into them."))
