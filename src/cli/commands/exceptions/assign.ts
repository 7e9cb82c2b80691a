import { Command, Options } from "@effect/cli"
import { acts } from "../../../pipelines/exceptions/act.ts"
import { actOptions, reason, runAct } from "./run-act.ts"

const to = Options.text("to").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Who shall look after them."),
)

export const assignCommand = Command.make("assign", { to, ...actOptions, reason }, (options) =>
  runAct(acts.assign, options, { reason: options.reason, assignee: options.to }),
).pipe(Command.withDescription("Assign exceptions to a person; their state stays what it is."))
